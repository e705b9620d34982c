//! What a player changes of the upload, written into the settings file.

use super::{
    Settings, Upload,
    file::{self, SettingsFile},
};
use crate::{DataDir, Error, upload};

/// A change of the upload that outlasts this run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UploadChange {
    /// The player agrees that events are sent there.
    Agree {
        /// The server's address.
        server: String,
    },
    /// The same, where somebody invited the player: what is trusted of the server is what
    /// the invitation said.
    Join {
        /// The server's address.
        server: String,
    },
    /// The player agrees no longer: nothing leaves this machine any more.
    Withdraw,
    /// Events are kept here for now.
    Hold,
    /// What was held is sent.
    LetGo,
}

impl UploadChange {
    /// The server that it names.
    pub(crate) fn server(&self) -> Option<&str> {
        match self {
            Self::Agree { server } | Self::Join { server } => Some(server),
            Self::Withdraw | Self::Hold | Self::LetGo => None,
        }
    }

    /// Whether it says where events go, and not only when.
    pub(crate) fn decides_where(&self) -> bool {
        match self {
            Self::Agree { .. } | Self::Join { .. } | Self::Withdraw => true,
            Self::Hold | Self::LetGo => false,
        }
    }

    fn apply(self, settings: &mut Upload) {
        match self {
            Self::Agree { server } => {
                let other = |former: &String| !upload::is_one_server(former, &server);
                if settings.server.as_ref().is_some_and(other) {
                    settings.server_ca = None;
                }
                settings.server = Some(server);
                settings.consent = true;
                settings.held = false;
            }
            Self::Join { server } => {
                Self::Agree { server }.apply(settings);
                settings.server_ca = None;
            }
            Self::Withdraw => settings.consent = false,
            Self::Hold => settings.held = true,
            Self::LetGo => settings.held = false,
        }
    }
}

impl Settings {
    /// These settings with the change, which is on disk. The player's comments
    /// and everything else in the file stay as they are.
    ///
    /// # Errors
    /// Where the server is none that events may be sent to, or the file cannot be
    /// read or written: then it stays as it was.
    pub fn change_upload(&self, dir: &DataDir, change: UploadChange) -> Result<Self, Error> {
        let mut changed = self.clone();
        change.apply(&mut changed.upload);
        if let Some(server) = &changed.upload.server {
            upload::check_address(server)?;
        }
        self.keep_former_root(dir, &changed);
        file::edit(dir, |file| write(&changed.upload, file))?;
        Ok(changed)
    }

    /// The server before may still be asked to erase. A file that is gone stops nobody
    /// who goes on to another.
    fn keep_former_root(&self, dir: &DataDir, changed: &Self) {
        let (Some(server), Some(path)) = (&self.upload.server, &self.upload.server_ca) else {
            return;
        };
        let other = |now: &String| !upload::is_one_server(now, server);
        if changed.upload.server_ca.is_some() || !changed.upload.server.as_ref().is_some_and(other)
        {
            return;
        }
        if let Err(error) = upload::keep_root_in(dir, server, path) {
            tracing::warn!(%error, "The former server's certificate authority is not kept");
        }
    }
}

fn write(upload: &Upload, file: &mut SettingsFile) {
    if let Some(server) = &upload.server {
        file.set("upload", "server", server);
    }
    match &upload.server_ca {
        Some(path) => file.set("upload", "server_ca", path.display().to_string()),
        None => file.unset("upload", "server_ca"),
    }
    file.set("upload", "consent", upload.consent);
    file.set("upload", "held", upload.held);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn consent_is_written_beside_the_players_own_words() {
        let (_folder, dir) =
            installation("# mine\n[upload]\nconsent = false # not yet\n[cs2]\nport = 4\n");
        let agree = UploadChange::Agree { server: "https://ringside.example".to_owned() };
        let changed = Settings::load_or_create(&dir).unwrap().change_upload(&dir, agree).unwrap();
        let text = std::fs::read_to_string(dir.settings()).unwrap();
        assert!(text.starts_with("# mine\n[upload]\nconsent = true # not yet\n"), "{text}");
        assert_eq!(
            Settings::load_or_create(&dir).unwrap(),
            changed,
            "it is what the next run reads"
        );
        assert_eq!((changed.cs2.port, changed.upload.consent), (4, true));
    }

    #[test]
    fn what_is_held_is_held_after_a_restart() {
        let (_folder, dir) = installation("");
        let settings = Settings::load_or_create(&dir).unwrap();
        let held = settings.change_upload(&dir, UploadChange::Hold).unwrap();
        assert!(Settings::load_or_create(&dir).unwrap().upload.held);
        held.change_upload(&dir, UploadChange::LetGo).unwrap();
        assert!(!Settings::load_or_create(&dir).unwrap().upload.held);
    }

    #[test]
    fn who_withdraws_keeps_the_address_and_sends_nothing() {
        let (_folder, dir) =
            installation("[upload]\nserver = \"https://a.example\"\nconsent = true\n");
        let settings = Settings::load_or_create(&dir).unwrap();
        let changed = settings.change_upload(&dir, UploadChange::Withdraw).unwrap();
        assert_eq!(changed.upload.server.as_deref(), Some("https://a.example"));
        assert!(!Settings::load_or_create(&dir).unwrap().upload.consent);
    }

    #[test]
    fn a_server_that_events_may_not_be_sent_to_changes_nothing() {
        let (_folder, dir) = installation("# mine\n");
        let settings = Settings::load_or_create(&dir).unwrap();
        let agree = UploadChange::Agree { server: "http://not.loopback".to_owned() };
        let error = settings.change_upload(&dir, agree).unwrap_err();
        assert!(matches!(error, Error::Server(_)), "{error}");
        assert_eq!(std::fs::read_to_string(dir.settings()).unwrap(), "# mine\n");
    }

    #[test]
    fn who_goes_to_another_server_trusts_it_by_itself_and_keeps_what_the_first_one_had() {
        for change in [
            UploadChange::Join { server: "https://b.example".to_owned() },
            UploadChange::Agree { server: "https://b.example".to_owned() },
        ] {
            let folder = tempfile::tempdir().unwrap();
            let first = folder.path().join("first.pem");
            std::fs::write(&first, "not looked at").unwrap();
            let text = format!(
                "[upload]\nserver = \"https://a.example\"\nserver_ca = '{}' # mine\n",
                first.display()
            );
            let (_folder, dir) = installation(&text);
            let settings = Settings::load_or_create(&dir).unwrap();
            let changed = settings.change_upload(&dir, change).unwrap();
            assert_eq!(changed.upload.server_ca, None);
            assert_eq!(Settings::load_or_create(&dir).unwrap(), changed);
            let kept = std::fs::read_dir(dir.server_roots()).unwrap().next().unwrap().unwrap();
            assert_eq!(std::fs::read(kept.path()).unwrap(), b"not looked at");
        }
    }

    #[test]
    fn who_agrees_to_the_same_server_again_trusts_what_the_settings_name() {
        let (_folder, dir) =
            installation("[upload]\nserver = \"https://a.example\"\nserver_ca = \"first.pem\"\n");
        let settings = Settings::load_or_create(&dir).unwrap();
        let agree = UploadChange::Agree { server: "https://a.example".to_owned() };
        let changed = settings.change_upload(&dir, agree).unwrap();
        assert_eq!(changed.upload.server_ca, Some("first.pem".into()));
    }

    fn installation(settings: &str) -> (tempfile::TempDir, DataDir) {
        let folder = tempfile::tempdir().unwrap();
        let dir = DataDir::open(Some(folder.path().to_owned())).unwrap();
        std::fs::write(dir.settings(), settings).unwrap();
        (folder, dir)
    }
}
