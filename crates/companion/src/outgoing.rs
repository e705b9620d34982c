//! In which words events leave this machine: other players' names as pseudonyms, or as
//! they are.
//!
//! What is kept here has real names always. An event that left one way leaves the same
//! way again, since a server takes other words under a known id for another event. So
//! who left with real names is on disk before it leaves; all else leaves as
//! pseudonyms.

mod left;

use std::{
    io,
    path::Path,
    sync::{Mutex, PoisonError},
};

use event_model::{OutboxId, Pseudonyms, UNKNOWN_PSEUDONYM, with_names};
use outbox::{Claimed, OutboxView};
use uploader::{Outgoing, ServerUrl};

use crate::{DataDir, Error, Identity, NamesSent, Settings, atomic_file};
use left::{Left, LeftByServer};

/// The words for one server.
pub(crate) struct OutgoingNames {
    dir: DataDir,
    server: String,
    state: Mutex<State>,
}

struct State {
    names: NamesSent,
    left: Left,
    /// Whether that is on disk. A full disk stops no start: it is put there before
    /// anything leaves.
    is_saved: bool,
    /// Known from the first time on that it was there.
    pseudonyms: Option<Pseudonyms>,
}

impl OutgoingNames {
    /// From here on what leaves to `server` leaves as `names` says, but for what left
    /// before.
    ///
    /// # Errors
    /// Where that cannot be read.
    pub(crate) fn begin(
        dir: &DataDir,
        server: &str,
        names: NamesSent,
        queue: &OutboxView,
    ) -> Result<Self, Error> {
        let path = dir.sent_names();
        let failed = |cause| Error::DataDir { path: path.clone(), cause };
        let last = queue.last_sequence().map_err(Error::Outbox)?;
        let known = load(&path).map_err(failed)?.remove(server);
        let left = Left::following(known.as_ref(), queue.id(), names, last);
        let is_saved = known.as_ref() == Some(&left) || save(&path, server, &left).is_ok();
        let state = State { names, left, is_saved, pseudonyms: None };
        Ok(Self { dir: dir.clone(), server: server.to_owned(), state: Mutex::new(state) })
    }
}

impl Outgoing for OutgoingNames {
    fn bodies(&self, outbox: OutboxId, claimed: &[Claimed]) -> io::Result<Vec<String>> {
        // A panic elsewhere left what is on disk, or less.
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let State { names, left, is_saved, pseudonyms } = &mut *state;
        if left.outbox != outbox {
            // The queue was put back as another file; nothing of this one has left.
            *left = Left::following(Some(left), outbox, *names, 0);
            *is_saved = false;
        }
        *is_saved &= !left.note(claimed.iter().map(|event| event.sequence));
        if !*is_saved {
            save(&self.dir.sent_names(), &self.server, left)?;
            *is_saved = true;
        }
        claimed
            .iter()
            .map(|event| {
                if left.is_real(event.sequence) {
                    return Ok(event.body.clone());
                }
                if pseudonyms.is_none() {
                    *pseudonyms = pseudonyms_of(&self.dir, &self.server);
                }
                let known = pseudonyms.as_ref().ok_or_else(|| {
                    io::Error::other("the server has not given its key of pseudonyms yet")
                })?;
                Ok(with_names(&event.body, &|name| known.of(name)))
            })
            .collect()
    }
}

/// The words of every event as it leaves, for whoever shows them.
pub(crate) struct Preview {
    left: Left,
    pseudonyms: Option<Pseudonyms>,
}

impl Preview {
    /// Of the server that events go to, or would go to.
    ///
    /// # Errors
    /// Where settings, queue or what left cannot be read.
    pub(crate) fn of(dir: &DataDir, queue: &OutboxView) -> Result<Self, Error> {
        let settings = Settings::load_or_create(dir)?;
        let path = dir.sent_names();
        let server = match queue.server().map_err(Error::Outbox)? {
            Some(server) => server,
            None => settings.upload.server.as_deref().map(spelt).unwrap_or_default(),
        };
        let last = queue.last_sequence().map_err(Error::Outbox)?;
        let mut known = load(&path).map_err(|cause| Error::DataDir { path, cause })?;
        let known = known.remove(&server);
        let left = Left::following(known.as_ref(), queue.id(), settings.privacy.names, last);
        Ok(Self { left, pseudonyms: pseudonyms_of(dir, &server) })
    }

    /// The body of the event at `sequence` as it leaves. Where the server's key is not
    /// known yet, its pseudonyms are shown as unknown.
    pub(crate) fn body(&self, sequence: u64, body: String) -> String {
        match &self.pseudonyms {
            _ if self.left.is_real(sequence) => body,
            Some(pseudonyms) => with_names(&body, &|name| pseudonyms.of(name)),
            None => with_names(&body, &|_| UNKNOWN_PSEUDONYM.to_owned()),
        }
    }
}

/// As the tokens' servers are spelt.
pub(crate) fn spelt(server: &str) -> String {
    let server = server.trim_end_matches('/');
    server.parse::<ServerUrl>().map_or_else(|_| server.to_owned(), |url| url.to_string())
}

fn pseudonyms_of(dir: &DataDir, server: &str) -> Option<Pseudonyms> {
    Identity::look(dir)?.names_key(server).map(Pseudonyms::under)
}

fn load(path: &Path) -> io::Result<LeftByServer> {
    match std::fs::read(path) {
        // What cannot be read says nothing; without it everything leaves as pseudonyms
        // that is not to leave with real names.
        Ok(bytes) => Ok(serde_json::from_slice(&bytes).unwrap_or_default()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(LeftByServer::default()),
        Err(error) => Err(error),
    }
}

fn save(path: &Path, server: &str, left: &Left) -> io::Result<()> {
    let mut all = load(path)?;
    all.insert(server.to_owned(), left.clone());
    atomic_file::replace(path, &serde_json::to_vec(&all)?)
}

#[cfg(test)]
mod tests;
