//! Which server events go to, what is settled there, and when the next request may
//! go out.

use delivery::{AskedAgain, Circuit, Decision};
use rusqlite::Connection;

use super::Outbox;
use crate::{Error, conclude, connection::write, meta::Meta};

/// Where the settled events of an outbox are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// There are none, and nothing waits for a newer server.
    Nothing,
    /// At the server that events go to.
    Here,
    /// At another one; that which events go to now has not answered yet.
    Elsewhere,
}

impl Outbox {
    /// From here on events go to `server`. Where that is another one than the
    /// last, no failure or refusal of the last one's counts against it.
    ///
    /// # Errors
    /// Where the file cannot be read or written; what goes to the server is
    /// then right all the same, and the next write catches up.
    pub fn set_server(&mut self, server: &str) -> Result<(), Error> {
        self.server = Some(server.to_owned());
        let last = self.reading(|db| Meta::CircuitServer.read(db))?;
        if last.as_deref() != Some(server) {
            self.circuit.begin_again();
            self.asked = AskedAgain::default();
            self.change_circuit(|_| ())?;
        }
        Ok(())
    }

    /// Whether the server is known to have what was settled.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn standing(&mut self) -> Result<Standing, Error> {
        if !self.reading(conclude::relies_on_server)? {
            return Ok(Standing::Nothing);
        }
        let met = self.reading(|db| Meta::Server.read(db))?;
        Ok(if self.server.is_none() || met == self.server {
            Standing::Here
        } else {
            Standing::Elsewhere
        })
    }

    /// When the next request may go out, and why not now.
    #[must_use]
    pub fn circuit(&self) -> &Circuit {
        &self.circuit
    }

    /// Changes the circuit for a reason outside the replies, such as a new
    /// token, and saves it.
    ///
    /// # Errors
    /// Where the file cannot be written; the change stands in memory.
    pub fn change_circuit(&mut self, change: impl FnOnce(&mut Circuit)) -> Result<(), Error> {
        change(&mut self.circuit);
        self.healing_lately(|outbox| {
            let (circuit, server) = (&outbox.circuit, outbox.server.as_deref());
            write(&mut outbox.view.db, |db| save_circuit(db, circuit, server))
        })
    }
}

/// The saved circuit; a fresh one where its text is none, which at worst means one
/// request too early.
pub(crate) fn load_circuit(db: &Connection) -> Result<Circuit, Error> {
    let saved = match Meta::Circuit.read(db) {
        Err(error) if error.is_unreadable_value() => None,
        read => read?,
    };
    Ok(saved.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default())
}

/// Saves the circuit, and which server it is about. Where the last one was
/// about another, what that one refused is suspect no more.
pub(super) fn save_circuit(
    db: &Connection,
    circuit: &Circuit,
    server: Option<&str>,
) -> Result<(), Error> {
    if let Some(server) = server
        && Meta::CircuitServer.read(db)?.as_deref() != Some(server)
    {
        conclude::trust_all(db)?;
        Meta::CircuitServer.write(db, server)?;
    }
    Meta::Circuit.write(db, &circuit_json(circuit))
}

/// The server gave receipts: what is settled is settled there.
pub(super) fn meet(
    db: &Connection,
    decision: &Decision,
    server: Option<&str>,
) -> Result<(), Error> {
    match (decision, server) {
        (Decision::Settle(_), Some(server)) => Meta::Server.write(db, server),
        _ => Ok(()),
    }
}

fn circuit_json(circuit: &Circuit) -> String {
    serde_json::to_string(circuit).expect("a circuit of plain values is always JSON")
}
