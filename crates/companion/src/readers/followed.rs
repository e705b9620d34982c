//! How a reader of log files is doing.

use game_client::FollowHealth;
use live_view::SourceState;

use super::Now;

pub(super) fn now(health: &FollowHealth) -> Now {
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
    use game_client::FollowCounts;

    use super::*;

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
}
