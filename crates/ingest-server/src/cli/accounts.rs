//! `ringside-ingest device | reader | key`: also while the server runs.

use std::path::Path;

use boot_clock::BootClock;
use clap::{Args, Subcommand};
use event_model::{Clock, DeviceId, WallTime};
use ingest_store::{
    DeviceRow, EnrolmentKeyRow, NewEnrolmentKey, ReaderRole, ReaderRow, Store, StoreOptions, Token,
    TokenKind,
};
use serde_json::json;
use uuid::Uuid;

use super::{DataDir, Failure, invitation::InvitationArguments, output::Format};

const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

/// What every one of these commands takes.
#[derive(Debug, Args)]
pub(super) struct Common {
    #[command(flatten)]
    data_dir: DataDir,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

impl Common {
    /// The database, made where there is none.
    fn open(&self) -> Result<Store, Failure> {
        let is_new = !Store::is_in(self.path())?;
        let store = self.open_settled()?;
        if is_new {
            tracing::warn!(
                "There was no database in {}, so a new one was made: what is added to it is known \
                 only to a server with this --data-dir",
                self.path().display()
            );
        }
        Ok(store)
    }

    /// The database, where there is one.
    fn open_existing(&self) -> Result<Store, Failure> {
        self.existing()?;
        self.open_settled()
    }

    fn open_settled(&self) -> Result<Store, Failure> {
        self.settle()?;
        Ok(Store::open(self.path(), StoreOptions::default())?)
    }

    /// Puts on disk what a killed server left in its log, as the next one would:
    /// else what a command writes or copies would rest on it. A server that runs
    /// has done so.
    pub(super) fn settle(&self) -> Result<(), Failure> {
        // Where the lock cannot be used at all, the database cannot be either.
        if let Ok(_owner) = ingest_server::try_own(self.path()) {
            Store::settle(self.path(), StoreOptions::default())?;
        }
        Ok(())
    }

    pub(super) fn format(&self) -> Format {
        Format::of_flag(self.json)
    }

    /// The directory, where there is a database in it: a command that only
    /// looks must not make one.
    pub(super) fn existing(&self) -> Result<&Path, Failure> {
        let path = self.path();
        if Store::is_in(path)? {
            return Ok(path);
        }
        Err(Failure::Usage(format!(
            "there is no database in {}, and none was made: give the --data-dir of `serve`, or set \
             RINGSIDE_INGEST_DATA_DIR",
            path.display()
        )))
    }

    /// The directory, with or without a database.
    pub(super) fn path(&self) -> &Path {
        &self.data_dir.path
    }

    /// Waits until a server that may be running knows of a revocation, so that
    /// it holds when the command is done.
    fn await_running_server(&self) {
        std::thread::sleep(ingest_server::REVOKED_WITHIN);
    }
}

#[derive(Debug, Subcommand)]
pub(super) enum DeviceCommand {
    /// Enrol a device and print its token, this once.
    Add {
        /// For the list.
        #[arg(long)]
        name: String,
        /// The device's UUID; made where none is given.
        #[arg(long)]
        device: Option<DeviceId>,
        #[command(flatten)]
        common: Common,
    },
    /// Revoke a device's token. What it sent stays.
    Revoke {
        /// The device's UUID.
        device: DeviceId,
        #[command(flatten)]
        common: Common,
    },
    /// List every device.
    List {
        #[command(flatten)]
        common: Common,
    },
}

impl DeviceCommand {
    pub(super) fn run(self) -> Result<(), Failure> {
        match self {
            Self::Add { name, device, common } => {
                let device = device.unwrap_or_else(|| DeviceId(random_uuid()));
                let Some(token) = common.open()?.add_device(device, &name, now())? else {
                    return Err(Failure::Usage(format!("device {device} is enrolled already")));
                };
                let item = json!({"device": device, "name": name, "token": token.reveal()});
                common.format().print(&item, &format!("{device} {}", token.reveal()))?;
            }
            Self::Revoke { device, common } => {
                if !common.open_existing()?.revoke_device(device, now())? {
                    return Err(Failure::Usage(format!("there is no device {device}")));
                }
                common.await_running_server();
                let item = json!({"device": device, "revoked": true});
                common.format().print(&item, &format!("revoked {device}"))?;
            }
            Self::List { common } => {
                common.format().print_all(&common.open_existing()?.devices()?, device_line)?;
            }
        }
        Ok(())
    }
}

#[derive(Debug, Subcommand)]
pub(super) enum ReaderCommand {
    /// Add a reader and print its token, this once.
    Add {
        /// For the list.
        #[arg(long)]
        name: String,
        /// An operator's: it may seal and reopen matches, and erase what any device
        /// sent.
        #[arg(long)]
        operator: bool,
        #[command(flatten)]
        common: Common,
    },
    /// Revoke a reader's token.
    Revoke {
        /// The reader's id, from the list.
        reader: Uuid,
        #[command(flatten)]
        common: Common,
    },
    /// List every reader.
    List {
        #[command(flatten)]
        common: Common,
    },
}

impl ReaderCommand {
    pub(super) fn run(self) -> Result<(), Failure> {
        match self {
            Self::Add { name, operator, common } => {
                let role = if operator { ReaderRole::Operator } else { ReaderRole::Reader };
                let (reader, token) = common.open()?.add_reader(&name, role, now())?;
                let item = json!({
                    "reader": reader, "name": name, "role": role, "token": token.reveal(),
                });
                common.format().print(&item, &format!("{reader} {}", token.reveal()))?;
            }
            Self::Revoke { reader, common } => {
                if !common.open_existing()?.revoke_reader(reader, now())? {
                    return Err(Failure::Usage(format!("there is no reader {reader}")));
                }
                common.await_running_server();
                let item = json!({"reader": reader, "revoked": true});
                common.format().print(&item, &format!("revoked {reader}"))?;
            }
            Self::List { common } => {
                common.format().print_all(&common.open_existing()?.readers()?, reader_line)?;
            }
        }
        Ok(())
    }
}

#[derive(Debug, Subcommand)]
pub(super) enum KeyCommand {
    /// Make an enrolment key and print it, this once.
    Add {
        /// For the list; unique.
        #[arg(long)]
        name: String,
        /// Days until it stops opening; never where not given.
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
        expires_in_days: Option<u32>,
        /// How many devices it enrols; any number where not given.
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
        uses: Option<u64>,
        #[command(flatten)]
        invitation: InvitationArguments,
        #[command(flatten)]
        common: Common,
    },
    /// List every enrolment key.
    List {
        #[command(flatten)]
        common: Common,
    },
}

impl KeyCommand {
    pub(super) fn run(self) -> Result<(), Failure> {
        match self {
            Self::Add { name, expires_in_days, uses, invitation, common } => {
                let now = now();
                let expires_at = expires_in_days.map(|days| now.plus_ms(i64::from(days) * DAY_MS));
                let key = Token::generate(TokenKind::EnrolmentKey);
                let new = NewEnrolmentKey { name, expires_at, uses_max: uses };
                // Before the key is kept: a mistyped address makes none.
                let link = invitation.link(key.reveal())?;
                if !common.open()?.add_enrolment_key(&key, &new, now)? {
                    return Err(Failure::Usage(format!("there is a key {:?} already", new.name)));
                }
                let item = json!({
                    "name": new.name, "expires_at": expires_at, "uses_max": uses,
                    "key": key.reveal(), "invitation": link,
                });
                common.format().print(&item, link.as_deref().unwrap_or(key.reveal()))?;
            }
            Self::List { common } => {
                common.format().print_all(&common.open_existing()?.enrolment_keys()?, key_line)?;
            }
        }
        Ok(())
    }
}

fn device_line(device: &DeviceRow) -> String {
    let state = state(device.revoked_at);
    format!("{} {} {state} {}", device.device, device.enrolled_at, device.name)
}

fn reader_line(reader: &ReaderRow) -> String {
    let role = match reader.role {
        ReaderRole::Reader => "reader",
        ReaderRole::Operator => "operator",
    };
    let state = state(reader.revoked_at);
    format!("{} {} {role} {state} {}", reader.reader, reader.added_at, reader.name)
}

fn key_line(key: &EnrolmentKeyRow) -> String {
    let uses = key.uses_max.map_or(String::new(), |max| format!("/{max}"));
    let expiry = key.expires_at.map_or("never".to_owned(), |expiry| expiry.to_string());
    format!("{} used {}{uses} expires {expiry} {}", key.added_at, key.uses, key.name)
}

fn state(revoked_at: Option<WallTime>) -> &'static str {
    if revoked_at.is_some() { "revoked" } else { "valid" }
}

fn now() -> WallTime {
    BootClock::new().now().wall
}

fn random_uuid() -> Uuid {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).expect("the operating system has random bytes");
    uuid::Builder::from_random_bytes(bytes).into_uuid()
}
