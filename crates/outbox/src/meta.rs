//! Facts about the file, by name.

use rusqlite::{Connection, OptionalExtension};

use crate::Error;

/// Which fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Meta {
    /// The outbox's own id, made with the file.
    Outbox,
    /// The device that the events are sent as.
    Device,
    /// The server's database at the last receipt.
    Store,
    /// The server's version at the last receipt.
    ServerVersion,
    /// Highest sequence up to which that database knew what became of all.
    Contiguous,
    /// The server that gave the last receipt.
    Server,
    /// The circuit of the upload, as JSON.
    Circuit,
    /// The server that the circuit is about.
    CircuitServer,
    /// The damaged file that everything was salvaged from last.
    Salvaged,
    /// How far the wall clock was set, as JSON.
    WallSteps,
    /// That what was settled is to be sent again, which was put off.
    ResendOwed,
}

impl Meta {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Outbox => "outbox",
            Self::Device => "device",
            Self::Store => "store",
            Self::ServerVersion => "server_version",
            Self::Contiguous => "contiguous",
            Self::Server => "server",
            Self::Circuit => "circuit",
            Self::CircuitServer => "circuit_server",
            Self::Salvaged => "salvaged",
            Self::WallSteps => "wall_steps",
            Self::ResendOwed => "resend_owed",
        }
    }

    pub(crate) fn read(self, db: &Connection) -> Result<Option<String>, Error> {
        let mut select = db.prepare_cached("SELECT value FROM meta WHERE name = ?1")?;
        Ok(select.query_row([self.name()], |row| row.get(0)).optional()?)
    }

    pub(crate) fn write(self, db: &Connection, value: &str) -> Result<(), Error> {
        let mut upsert = db.prepare_cached("INSERT OR REPLACE INTO meta VALUES (?1, ?2)")?;
        upsert.execute((self.name(), value))?;
        Ok(())
    }

    pub(crate) fn remove(self, db: &Connection) -> Result<(), Error> {
        db.prepare_cached("DELETE FROM meta WHERE name = ?1")?.execute([self.name()])?;
        Ok(())
    }
}
