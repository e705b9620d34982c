//! The golden recordings replay to their golden events.

use std::{fs, path::Path};

use system_tests::{Device, GOLDEN_GAMES, Recordings, events_in, goldens, goldens_folder};

/// Seed and length of the matches that goldens are made of: long enough for every
/// kind that the simulator has of a game, short enough for a repository.
const SEED: u64 = 11;
const SECONDS: u64 = 90;

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
        let recordings = Recordings::in_folder(folder.path());
        let (frames, _truth) = recordings.make(game, SEED, SECONDS).unwrap();
        let golden = goldens_folder().join(format!("{game}.rsrec.zst"));
        let mut import = device.command(&["recording", "import", "--force", "--out"]);
        let imported = import.arg(&golden).arg(frames).output().unwrap();
        assert!(imported.status.success(), "{}", String::from_utf8_lossy(&imported.stderr));
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
