//! The golden recordings replay to their golden events.

use std::{fs, path::Path};

use system_tests::{Device, GOLDEN_GAMES, Recordings, events_in, goldens, goldens_folder};

/// Seed and length of the match that a game's golden is made of: long enough for every
/// kind that the simulator has of the game, short enough for a repository.
fn seed_and_seconds(game: &str) -> (u64, u64) {
    match game {
        "elite" => (11, 240),
        // Nobody concedes, and the connection is lost once.
        "hearthstone" => (12, 300),
        _ => (11, 90),
    }
}

fn replayed(file: &Path) -> String {
    let folder = tempfile::tempdir().unwrap();
    let device = Device::new(&folder.path().join("device"));
    let events = folder.path().join("events.ndjson");
    let mut replay = device.command(&["replay", "--json", "--events"]);
    let replayed = replay.arg(&events).arg(file).output().unwrap();
    assert!(replayed.status.success(), "{}", String::from_utf8_lossy(&replayed.stderr));
    events_in(&events).unwrap()
}

/// `UPDATE_EXPECT=1` makes both files of each golden anew.
fn make_anew() {
    let folder = tempfile::tempdir().unwrap();
    let device = Device::new(&folder.path().join("device"));
    for game in GOLDEN_GAMES {
        let (seed, seconds) = seed_and_seconds(game);
        let files = Recordings::in_folder(folder.path()).files(game, seed, seconds).unwrap();
        let golden = goldens_folder().join(format!("{game}.rsrec.zst"));
        fs::remove_file(&golden).ok();
        // An evening of Elite is several journals, and one recording.
        let how = if files.len() > 1 { "merge" } else { "import" };
        let mut make = device.command(&["recording", how, "--out"]);
        let made = make.arg(&golden).args(files).output().unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let events = goldens_folder().join(format!("{game}.events.ndjson"));
        fs::write(events, replayed(&golden)).unwrap();
    }
}

#[test]
fn golden_recordings_replay_to_their_golden_events() {
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        make_anew();
    }
    let goldens = goldens().unwrap();
    let games: Vec<_> = goldens.iter().map(|golden| golden.game.as_str()).collect();
    for game in GOLDEN_GAMES {
        assert!(games.contains(&game), "{game} has no golden");
    }
    for golden in goldens {
        let expected = fs::read_to_string(&golden.events).unwrap();
        assert!(expected.lines().count() > 5, "{}: a golden without events", golden.game);
        let events = replayed(&golden.recording);
        for (event, expected) in events.lines().zip(expected.lines()) {
            assert_eq!(event, expected, "{}: the first event that differs", golden.game);
        }
        assert_eq!(events.lines().count(), expected.lines().count(), "{}", golden.game);
    }
}
