//! Elite's journals, followed by a companion that is killed while they grow, and that
//! is away while a journal ends and the next one begins.

use std::{
    fs::OpenOptions,
    io::Write,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use system_tests::{LiveCompanion, Server, binary, compare, free_port, retry};

/// Bytes written at once: less than a line, so that most are written by halves.
const PIECE_BYTES: usize = 97;

/// Parts of the evening, each with a companion of its own, which is killed at its end.
const LIVES: usize = 6;

const TIMEOUT: Duration = Duration::from_secs(60);
const LOOK_INTERVAL: Duration = Duration::from_millis(250);

/// What the game will have written, piece by piece, and what it means.
struct Evening {
    pieces: Vec<(PathBuf, Vec<u8>)>,
    truth: PathBuf,
}

impl Evening {
    fn new(folder: &Path, journals: &Path) -> Self {
        let out = folder.join("evening");
        let mut simulator = Command::new(binary("ringside-sim"));
        simulator.args(["match", "--seed", "11", "--game", "elite", "--seconds", "900", "--out"]);
        assert!(simulator.arg(&out).status().unwrap().success());
        let mut files: Vec<PathBuf> =
            std::fs::read_dir(&out).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.retain(|file| file.extension().is_some_and(|extension| extension == "log"));
        files.sort();
        assert_eq!(files.len(), 5, "four starts, one of them in two parts");
        let pieces = files.iter().flat_map(|file| {
            let path = journals.join(file.file_name().unwrap());
            let bytes = std::fs::read(file).unwrap();
            let pieces: Vec<_> =
                bytes.chunks(PIECE_BYTES).map(|piece| (path.clone(), piece.to_vec())).collect();
            pieces
        });
        Self { pieces: pieces.collect(), truth: out.join("truth.json") }
    }
}

fn write(pieces: &[(PathBuf, Vec<u8>)]) {
    for (path, bytes) in pieces {
        let mut file = OpenOptions::new().append(true).create(true).open(path).unwrap();
        file.write_all(bytes).unwrap();
    }
}

#[test]
fn a_companion_that_is_killed_while_journals_grow_loses_and_doubles_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let journals = folder.path().join("Elite Dangerous");
    std::fs::create_dir(&journals).unwrap();
    let evening = Evening::new(folder.path(), &journals);
    let server = Server::start(&folder.path().join("server")).unwrap();
    let data_dir = folder.path().join("companion");
    let section = format!("folder = {}\n", serde_json::to_string(&journals).unwrap());
    let game = ("elite", section.as_str());
    LiveCompanion::configure_alone(&data_dir, server.url(), free_port().unwrap(), game).unwrap();

    let per_life = evening.pieces.len().div_ceil(LIVES);
    for (life, pieces) in evening.pieces.chunks(per_life).enumerate() {
        let mut companion = LiveCompanion::headless(&data_dir, &[]).unwrap();
        let (before, after) = pieces.split_at(pieces.len() * 2 / 3);
        write(before);
        if life == 0 {
            // Whoever was never there begins with the newest journal.
            let has_begun = || (companion.device().outbox().ok()?["settled"] != 0).then_some(());
            retry(TIMEOUT, LOOK_INTERVAL, has_begun).expect("the first events");
        }
        companion.kill();
        // The game plays on without a companion.
        write(after);
    }
    let mut companion = LiveCompanion::headless(&data_dir, &[]).unwrap();
    let whole = || {
        let comparison = compare(std::slice::from_ref(&evening.truth), &server.occurrences().ok()?);
        comparison.ok().filter(|comparison| comparison.is_whole())
    };
    let Some(comparison) = retry(TIMEOUT, LOOK_INTERVAL, whole) else {
        let found = compare(&[evening.truth], &server.occurrences().unwrap()).unwrap();
        panic!("{found:?}: {:?}", companion.stop());
    };
    assert!(comparison.happened > 100, "{comparison:?}");
    let outbox = companion.drained().unwrap();
    assert_eq!((&outbox["lost"], &outbox["quarantined"]), (&0.into(), &0.into()), "{outbox}");
    companion.stop();
    let verdicts = server.verdicts().unwrap();
    assert_eq!(verdicts.conflicts, 0, "{verdicts:?}");
}
