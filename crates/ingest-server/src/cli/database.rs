//! `ringside-ingest database`.

use std::path::{Path, PathBuf};

use clap::Subcommand;
use ingest_store::{BackupError, Store, StoreOptions};
use serde_json::json;

use super::{Failure, accounts::Common};

#[derive(Debug, Subcommand)]
pub(super) enum DatabaseCommand {
    /// Copy the database into a new file, also while the server runs.
    Backup {
        /// Where to; a file that is there is left alone.
        file: PathBuf,
        #[command(flatten)]
        common: Common,
    },
    /// Put a backup in the place of the database, while no server runs. The
    /// database that was there is set aside, and companions send again what the
    /// backup lacks.
    Restore {
        /// The backup.
        file: PathBuf,
        #[command(flatten)]
        common: Common,
    },
    /// Give the database a new name, before the server is started, where it was
    /// restored by other means: companions then send again what it lacks.
    Renew {
        #[command(flatten)]
        common: Common,
    },
}

impl DatabaseCommand {
    pub(super) fn run(self) -> Result<(), Failure> {
        match self {
            Self::Backup { file, common } => back_up(&file, &common),
            Self::Restore { file, common } => restore(&file, &common),
            Self::Renew { common } => renew(&common),
        }
    }
}

fn back_up(file: &Path, common: &Common) -> Result<(), Failure> {
    let existing = common.existing()?;
    common.settle()?;
    Store::back_up(existing, file).map_err(environment)?;
    let text = format!("backed up to {}", file.display());
    Ok(common.format().print(&json!({"backup": file.display().to_string()}), &text)?)
}

fn restore(file: &Path, common: &Common) -> Result<(), Failure> {
    let not_restored = |error: BackupError| {
        if error.is_bad_file() { bad_backup(error, common.path()) } else { environment(error) }
    };
    // Before the folder is made, which may be a mistyped one.
    Store::check_backup(file).map_err(not_restored)?;
    // Held until the copy is in its place: a server would not see it.
    let _owner = ingest_server::own(common.path())?;
    let restored = Store::restore(common.path(), file).map_err(not_restored)?;
    // A path need not be text, which JSON is.
    let text_of = |path: PathBuf| path.display().to_string();
    let (set_aside, saved) = (restored.set_aside.map(text_of), restored.saved.map(text_of));
    let said = |words: &str, path: &Option<String>| {
        path.as_ref().map_or(String::new(), |path| format!("; {words} {path}"))
    };
    let before = said("the database that was there is", &set_aside);
    let after = said("the file that it was restored from is in use no more, and is called", &saved);
    let text = format!("restored as store {}{before}{after}", restored.store);
    let item = json!({"store": restored.store, "set_aside": set_aside, "saved": saved});
    Ok(common.format().print(&item, &text)?)
}

fn renew(common: &Common) -> Result<(), Failure> {
    let database = common.existing()?.join(Store::FILE_NAME);
    // A server that runs would go on under the old name.
    let _owner = ingest_server::own(common.path())?;
    Store::settle(common.path(), StoreOptions::default())?;
    let store = Store::open(common.path(), StoreOptions::default())?.renew_id()?;
    let database = database.display().to_string();
    let text = format!("{database} is store {store} from now on");
    Ok(common.format().print(&json!({"store": store, "database": database}), &text)?)
}

fn bad_backup(error: BackupError, data_dir: &Path) -> Failure {
    let data_dir = data_dir.display();
    Failure::BadInput(anyhow::anyhow!(
        "{:#}; nothing was restored, and {data_dir} is as it was: name a whole file that \
         `ringside-ingest database backup` made",
        anyhow::Error::from(error)
    ))
}

fn environment(error: BackupError) -> Failure {
    Failure::Environment(error.into())
}
