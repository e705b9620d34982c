//! What a player sees of their privacy, and decides about it.
//!
//! Everything here is asked of a folder. What needs the upload or the capture to
//! stand still is done by whoever runs them: see [`crate::Companion`] and the shell.

mod erasing;
mod export;
mod renewing;

use std::path::Path;

use outbox::{Error as OutboxError, OutboxView};
use serde::{Deserialize, Serialize};

use crate::{DataDir, Error, GamesSent, Identity, NamesSent, Settings};

pub(crate) use erasing::nobody_runs;
pub use erasing::{erase_here, erase_on_servers};
pub use export::export;
pub(crate) use export::{former_queues, queues};
pub use renewing::renew;

/// What leaves this machine, and under which identity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct PrivacyState {
    /// How other players' names leave.
    pub names: NamesSent,
    /// Whether the server's key of pseudonyms is here. Without it nothing is sent
    /// under pseudonyms; it comes with the next enrolment or contact.
    pub has_names_key: bool,
    /// Which games' events leave.
    pub send: GamesSent,
    /// How many events stay here because of that, by game.
    pub kept: KeptHere,
    /// How many events wait to be sent.
    pub waiting: u64,
    /// The identity that events are sent under.
    pub device: String,
    /// The servers that know this identity.
    pub enrolled_at: Vec<String>,
    /// How many identities this PC had before.
    pub former_identities: u32,
}

/// Events that stay here since the player does not send their game.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct KeptHere {
    /// League of Legends.
    pub league: u64,
    /// Counter-Strike 2 and CS:GO.
    pub cs2: u64,
    /// Dota 2.
    pub dota2: u64,
    /// Rocket League.
    pub rocket_league: u64,
    /// VALORANT, whoever reads it.
    pub valorant: u64,
    /// Elite Dangerous.
    pub elite: u64,
    /// Hearthstone.
    pub hearthstone: u64,
}

/// What came of a new identity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct NewIdentity {
    /// The new identity. No server knows it yet: it takes another invitation.
    pub device: String,
    /// Events of the old one that were never sent. They stay on this PC, set aside.
    pub kept: u64,
}

/// Where to erase.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum EraseReach {
    /// On this PC alone. What servers have stays there, and this PC can no longer
    /// ask for its erasure.
    Here,
    /// On every server that has events of this PC, then on this PC. Where a server
    /// does not do it, this PC keeps everything.
    Everywhere,
}

/// What was erased, and what is left.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct Erased {
    /// The servers that have nothing of this PC any more.
    pub servers: Vec<String>,
    /// What is left, and where.
    pub left: Vec<LeftBehind>,
}

/// Something that an erasure leaves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum LeftBehind {
    /// What this PC sent, if anything, is still on the servers it was sent to.
    OnServers,
    /// The game still has the configuration that reports to Ringside.
    GameConfiguration,
    /// Files that were exported lie where they were put.
    Exports,
    /// Files in the folder that are not Ringside's.
    OtherFiles {
        /// The folder.
        folder: String,
    },
}

/// What leaves this machine, and under which identity.
///
/// # Errors
/// Where settings, identity or queue cannot be read.
pub fn state(dir: &DataDir) -> Result<PrivacyState, Error> {
    let settings = Settings::load_or_create(dir)?;
    let identity = Identity::load_or_create(dir)?;
    let (waiting, kept) = counted(dir, settings.privacy.send)?;
    let server = settings.upload.server.as_deref().map(|server| server.trim_end_matches('/'));
    Ok(PrivacyState {
        names: settings.privacy.names,
        has_names_key: server.is_some_and(|server| identity.names_key(server).is_some()),
        send: settings.privacy.send,
        kept,
        waiting,
        device: identity.device().to_string(),
        enrolled_at: identity.servers().map(str::to_owned).collect(),
        former_identities: u32::try_from(identity.former().len()).unwrap_or(u32::MAX),
    })
}

/// How many events wait to be sent, and how many of them stay here.
fn counted(dir: &DataDir, send: GamesSent) -> Result<(u64, KeptHere), Error> {
    let Some(view) = queue(dir)? else { return Ok((0, KeptHere::default())) };
    let waiting = view.count(outbox::Filter::In(outbox::EntryState::Pending));
    let [league, cs2, dota2, rocket_league, valorant, elite, hearthstone] =
        kept_of_each(&view, send)?;
    let kept = KeptHere { league, cs2, dota2, rocket_league, valorant, elite, hearthstone };
    let all = league + cs2 + dota2 + rocket_league + valorant + elite + hearthstone;
    let waiting = waiting.map_err(Error::Outbox)?.saturating_sub(all);
    Ok((waiting, kept))
}

/// In the order of [`GamesSent::each`].
fn kept_of_each(view: &OutboxView, send: GamesSent) -> Result<[u64; GamesSent::GAMES], Error> {
    let mut kept = [0; GamesSent::GAMES];
    for (kept, one) in kept.iter_mut().zip(send.each()) {
        if !one.sent {
            *kept = view.waiting_of(&one.game).map_err(Error::Outbox)?;
        }
    }
    Ok(kept)
}

/// The queue, where there is one.
fn queue(dir: &DataDir) -> Result<Option<OutboxView>, Error> {
    queue_at(&dir.outbox())
}

fn queue_at(path: &Path) -> Result<Option<OutboxView>, Error> {
    match OutboxView::open(path) {
        Ok(view) => Ok(Some(view)),
        Err(OutboxError::Absent(_)) => Ok(None),
        Err(error) => Err(Error::Outbox(error)),
    }
}

#[cfg(test)]
mod tests;
