//! Hearthstone: one section in a file that says which logs the game writes.

use std::path::Path;

use game_client::hearthstone;

use super::{Content, Edition, Planned};

/// For every player of this PC who has run the game.
pub(super) fn found() -> Vec<Planned> {
    hearthstone::find_installations().into_iter().map(planned).collect()
}

/// At a folder that the player named, or one of the game's.
pub(super) fn at(named: &Path) -> Vec<Planned> {
    hearthstone::find_installations_at(named).into_iter().map(planned).collect()
}

fn planned(found: hearthstone::Installation) -> Planned {
    Planned {
        path: found.log_config,
        edition: Edition::Hearthstone,
        content: Content::Inside(Box::new(hearthstone::with_log_config)),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use crate::{DataDir, Game, Setup, SetupPreview, Undo};

    #[test]
    fn the_section_is_added_and_taken_out_again_beside_what_others_log() {
        let folder = tempfile::tempdir().unwrap();
        let dir = DataDir::open(Some(folder.path().join("data"))).unwrap();
        let of_game = folder.path().join("Blizzard/Hearthstone");
        fs::create_dir_all(&of_game).unwrap();
        let config = of_game.join("log.config");
        let others = "[Zone]\r\nLogLevel=1\r\n";
        fs::write(&config, others).unwrap();

        let setup = Setup::of(&dir).unwrap();
        let SetupPreview::Files { files } =
            setup.preview(Game::Hearthstone, Some(&of_game)).unwrap()
        else {
            panic!("the game is there");
        };
        setup.write(&config, &files[0].seen).unwrap();
        let written = fs::read_to_string(&config).unwrap();
        assert!(written.starts_with(others) && written.contains("[Power]\r\n"), "{written}");
        assert_ne!(Setup::undo_at(&dir, &config).unwrap().how, Undo::Nothing);
        assert_eq!(fs::read_to_string(&config).unwrap(), others);
    }
}
