//! What a player changes of the upload, written into the settings file.

use toml_edit::{DocumentMut, Item, Table, value};

use super::{Settings, Upload};
use crate::{DataDir, Error, atomic_file, upload};

/// A change of the upload that outlasts this run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UploadChange {
    /// The player agrees that events are sent there.
    Agree {
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
    /// Whether it says where events go, and not only when.
    pub(crate) fn decides_where(&self) -> bool {
        match self {
            Self::Agree { .. } | Self::Withdraw => true,
            Self::Hold | Self::LetGo => false,
        }
    }

    fn apply(self, upload: &mut Upload) {
        match self {
            Self::Agree { server } => {
                upload.server = Some(server);
                upload.consent = true;
                upload.held = false;
            }
            Self::Withdraw => upload.consent = false,
            Self::Hold => upload.held = true,
            Self::LetGo => upload.held = false,
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
        let path = dir.settings();
        let text = std::fs::read_to_string(&path)
            .map_err(|cause| Error::DataDir { path: path.clone(), cause })?;
        let mut document: DocumentMut = text.parse().map_err(|cause: toml_edit::TomlError| {
            Error::Settings { path: path.clone(), cause: cause.into() }
        })?;
        write(&changed.upload, &mut document);
        atomic_file::replace(&path, document.to_string().as_bytes())
            .map_err(|cause| Error::DataDir { path, cause })?;
        Ok(changed)
    }
}

fn write(upload: &Upload, document: &mut DocumentMut) {
    let table = document.entry("upload").or_insert_with(|| Item::Table(Table::new()));
    let Some(table) = table.as_table_like_mut() else { return };
    let mut set = |key: &str, item: Item| match table.get_mut(key) {
        // What stands behind it in its line stays: it may be a comment.
        Some(Item::Value(known)) => {
            let decor = known.decor().clone();
            if let Item::Value(mut new) = item {
                *new.decor_mut() = decor;
                *known = new;
            }
        }
        Some(_) | None => drop(table.insert(key, item)),
    };
    if let Some(server) = &upload.server {
        set("server", value(server));
    }
    set("consent", value(upload.consent));
    set("held", value(upload.held));
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

    fn installation(settings: &str) -> (tempfile::TempDir, DataDir) {
        let folder = tempfile::tempdir().unwrap();
        let dir = DataDir::open(Some(folder.path().to_owned())).unwrap();
        std::fs::write(dir.settings(), settings).unwrap();
        (folder, dir)
    }
}
