//! A reader of the log files that a game writes, and how it is doing.

use game_client::{FollowConfig, FollowHealth, Layout, LogFollower};
use live_view::SourceState;

use super::{Now, Started, With};
use crate::Game;

/// Follows a game's files from where they were left.
pub(super) fn start(with: &With<'_>, game: Game, layout: Layout) -> Result<Started, SourceState> {
    let folder = with.settings.followed(game).ok_or(SourceState::NotFound)?;
    let source = game.source();
    let config = FollowConfig { source, folder, layout, from: with.taken_to(source) };
    let follower = LogFollower::new(config, with.clock());
    let (health, passed_on) = (follower.health(), follower.passed_on());
    let now = move || now(&health.borrow());
    let started = with.spawn(now, |readings, stop| follower.run(readings, stop));
    Ok(Started { passed_on: Some(passed_on), ..started })
}

fn now(health: &FollowHealth) -> Now {
    match health {
        // Nothing is asked of a game before it is played.
        FollowHealth::NotLooked | FollowHealth::Former { .. } => Now::at(SourceState::NotAsked),
        FollowHealth::FolderMissing { .. } => Now::at(SourceState::NotFound),
        FollowHealth::NoFile { .. } => Now::at(SourceState::NoFile),
        FollowHealth::FolderUnreadable { .. }
        | FollowHealth::FileUnreadable { .. }
        | FollowHealth::Stopped => Now::at(SourceState::CannotRead { detail: health.to_string() }),
        FollowHealth::Following { file, counts, .. } => {
            let state = SourceState::Following { file: file.clone() };
            Now { frames_dropped: counts.too_long + counts.left_out, ..Now::at(state) }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{io::Write, path::Path, sync::Arc, time::Duration};

    use boot_clock::BootClock;
    use event_model::{Reading, Received, Source};
    use game_client::FollowCounts;
    use game_session::FollowedTo;
    use tokio::sync::mpsc;

    use super::*;
    use crate::{DataDir, Identity, Settings, readers::Readers};

    /// Far longer than anything here takes, on a machine that does much else.
    const PATIENCE: Duration = Duration::from_secs(60);

    #[test]
    fn what_is_followed_and_what_was_not_read_is_shown() {
        let counts = FollowCounts { too_long: 2, left_out: 3, ..FollowCounts::default() };
        let file = "Journal.2025-11-01T155552.01.log".to_owned();
        let health = FollowHealth::Following { file, counts, last_line: None };
        assert_eq!(now(&health).state.to_string(), health.to_string());
        assert_eq!(now(&health).frames_dropped, 5);
    }

    #[test]
    fn a_game_that_never_wrote_is_not_found() {
        let missing = FollowHealth::FolderMissing { folder: "nowhere".into() };
        assert_eq!(now(&missing).state, SourceState::NotFound);
        let empty = FollowHealth::NoFile { folder: "there".into() };
        assert_eq!(now(&empty).state, SourceState::NoFile);
    }

    /// Hearthstone alone, its logs in this folder; the disk has taken nothing of them
    /// but the first line.
    fn readers(logs: &Path) -> (Readers, Settings, mpsc::Receiver<Received>) {
        let dir = DataDir::open(Some(logs.join("data"))).unwrap();
        let identity = Identity::load_or_create(&dir).unwrap();
        let (sender, readings) = mpsc::channel(64);
        let readers = Readers::new(&identity, Arc::new(BootClock::new()), sender).unwrap();
        let mut settings = Settings::default();
        for game in Game::ALL.into_iter().filter(|game| *game != Game::Hearthstone) {
            settings.read_no_more(game);
        }
        settings.hearthstone.folder = Some(logs.to_owned());
        let saved = FollowedTo {
            file: "Power.log".to_owned(),
            offset: 0,
            line: game_session::LineSum::of(b"line 1"),
        };
        let saved = move |source| (source == Source::Hearthstone).then(|| saved.clone());
        (readers.going_on(Arc::new(saved)), settings, readings)
    }

    fn write(logs: &Path, text: &str) {
        let mut log = std::fs::OpenOptions::new();
        log.create(true).append(true);
        log.open(logs.join("Power.log")).unwrap().write_all(text.as_bytes()).unwrap();
    }

    async fn next(readings: &mut mpsc::Receiver<Received>) -> String {
        loop {
            let next = tokio::time::timeout(PATIENCE, readings.recv()).await.unwrap().unwrap();
            if let Reading::Frame(frame) = next.reading {
                return String::from_utf8(frame.body).unwrap();
            }
        }
    }

    #[tokio::test]
    async fn what_is_on_again_goes_on_behind_what_was_passed_on_and_not_behind_what_is_saved() {
        let logs = tempfile::tempdir().unwrap();
        write(logs.path(), "line 1\nline 2\nline 3\n");
        let (mut readers, mut settings, mut readings) = readers(logs.path());
        readers.apply(&settings).await;
        for line in ["line 1", "line 2", "line 3"] {
            assert_eq!(next(&mut readings).await, line);
        }
        settings.hearthstone.enabled = false;
        readers.apply(&settings).await;
        write(logs.path(), "line 4\n");
        settings.hearthstone.enabled = true;
        readers.apply(&settings).await;
        // The last line is read once more, to see that the file is the same.
        assert_eq!(next(&mut readings).await, "line 3");
        assert_eq!(next(&mut readings).await, "line 4");
        readers.stopped().await;
    }
}
