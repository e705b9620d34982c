//! Erases a match here and at the servers, and goes on with what could not be erased yet.

use std::path::Path;

use event_model::{MatchKey, Moment};
use match_archive::Erasing;
use outbox::{Deleted, Outbox, OutboxView};
use tracing::warn;
use uploader::{Erased, ReadError};

use super::{EraseWhere, Erasure, Matches, ServerErasure, server::not_told, small};
use crate::{
    Error,
    history::{self, beside},
    privacy,
};

/// What an erasure did on this PC.
#[derive(Debug, Clone, Copy, Default)]
struct Here {
    events: u64,
    being_sent: u64,
}

impl Matches {
    /// Erases a match here, or everywhere. What cannot be erased yet is noted first,
    /// and [`go_on_erasing`](Self::go_on_erasing) goes on with it.
    ///
    /// # Errors
    /// Where the history or the upload queue cannot be written.
    pub async fn erase(
        &self,
        key: &MatchKey,
        wanted: EraseWhere,
        now: Moment,
    ) -> Result<Erasure, Error> {
        let erasing = Erasing { key: key.clone(), at_server: wanted == EraseWhere::Everywhere };
        self.go_on_with(erasing, now).await
    }

    /// Goes on with everything that could not be erased before, also after a match with
    /// which it fails; how many matches are left.
    ///
    /// # Errors
    /// Where the history or the upload queue cannot be written.
    pub async fn go_on_erasing(&self, now: Moment) -> Result<usize, Error> {
        let matches = self.clone();
        let erasing = beside(move || matches.being_erased()).await?;
        let mut failed = None;
        for one in erasing {
            failed = self.go_on_with(one, now).await.err().or(failed);
        }
        if let Some(error) = failed {
            return Err(error);
        }
        let matches = self.clone();
        Ok(beside(move || matches.being_erased()).await?.len())
    }

    async fn go_on_with(&self, erasing: Erasing, now: Moment) -> Result<Erasure, Error> {
        let (matches, here) = (self.clone(), erasing.clone());
        let here = beside(move || matches.erase_here(&here, now)).await?;
        let server = self.erase_at_servers(&erasing, here).await?;
        let is_done = match server {
            ServerErasure::NotWanted | ServerErasure::NoServer | ServerErasure::Done => true,
            ServerErasure::GoesOn | ServerErasure::Later { .. } => false,
        };
        if is_done && here.being_sent == 0 {
            let (dir, key) = (self.dir.clone(), erasing.key);
            beside(move || history::open(&dir)?.end_erasing(&key).map_err(Error::History)).await?;
        }
        Ok(Erasure { here: small(here.events), being_sent: small(here.being_sent), server })
    }

    fn being_erased(&self) -> Result<Vec<Erasing>, Error> {
        if !self.dir.history().exists() {
            return Ok(Vec::new());
        }
        history::open(&self.dir)?.erasing().map_err(Error::History)
    }

    /// The history first, which notes it; a crash before the outbox has done it leaves
    /// the note.
    fn erase_here(&self, erasing: &Erasing, now: Moment) -> Result<Here, Error> {
        let Some(mut archive) = self.filled()? else { return Ok(Here::default()) };
        let kept = archive.erase(erasing).map_err(Error::History)?;
        let queued = match OutboxView::open(&self.dir.outbox()) {
            Ok(mut view) => delete(&mut view, &erasing.key, now).map_err(Error::Outbox)?,
            Err(outbox::Error::Absent(_)) => Deleted::default(),
            Err(error) => return Err(Error::Outbox(error)),
        };
        let former = self.erase_in_former(&erasing.key, now)?;
        // What is in both is one event.
        Ok(Here {
            events: kept.max(queued.deleted.saturating_add(former)),
            being_sent: queued.in_flight,
        })
    }

    /// The same in the queues of identities that this PC had before, of which nothing is
    /// ever sent: how many events went.
    fn erase_in_former(&self, key: &MatchKey, now: Moment) -> Result<u64, Error> {
        let mut deleted = 0;
        for path in privacy::former_queues(&self.dir)? {
            match delete_unowned(&path, key, now) {
                Ok(gone) => deleted += gone,
                // A version of long ago, or damaged: nothing of it is sent, and neither
                // the queue nor a server waits for it.
                Err(error) => {
                    warn!(path = %path.display(), %error, "A former queue is left as it is")
                }
            }
        }
        Ok(deleted)
    }

    /// Asks every server, also after one that does not do it.
    async fn erase_at_servers(
        &self,
        erasing: &Erasing,
        here: Here,
    ) -> Result<ServerErasure, Error> {
        if !erasing.at_server {
            return Ok(ServerErasure::NotWanted);
        }
        let mut all = ServerErasure::NoServer;
        for server in self.sent_to()? {
            let done = match server {
                Ok(reads) => at_one(reads.erase_match(&erasing.key).await, here),
                Err(why) => ServerErasure::Later { why },
            };
            all = together(all, done);
        }
        Ok(all)
    }
}

fn at_one(answer: Result<Erased, ReadError>, here: Here) -> ServerErasure {
    match answer {
        Ok(Erased::Whole) if here.being_sent == 0 => ServerErasure::Done,
        Ok(Erased::Whole | Erased::InPart) => ServerErasure::GoesOn,
        Err(error) => ServerErasure::Later { why: not_told(error) },
    }
}

/// What two servers did: it is done when both have done it.
fn together(one: ServerErasure, other: ServerErasure) -> ServerErasure {
    use ServerErasure::{Done, GoesOn, Later, NoServer, NotWanted};
    match (one, other) {
        (later @ Later { .. }, _) | (_, later @ Later { .. }) => later,
        (GoesOn, _) | (_, GoesOn) => GoesOn,
        (NotWanted | NoServer | Done, done) => done,
    }
}

fn delete(view: &mut OutboxView, key: &MatchKey, now: Moment) -> Result<Deleted, outbox::Error> {
    let ids = view.ids_of_match(key.as_str())?;
    if ids.is_empty() { Ok(Deleted::default()) } else { view.delete(&ids, now) }
}

/// Who owns it for the moment lets go of what was being sent when it was left, and puts
/// its log away with the end: nothing of what is deleted stays in either file.
fn delete_unowned(path: &Path, key: &MatchKey, now: Moment) -> Result<u64, outbox::Error> {
    let (device, has_any) = {
        let view = OutboxView::open(path)?;
        (view.device(), !view.ids_of_match(key.as_str())?.is_empty())
    };
    if !has_any {
        return Ok(0);
    }
    let _owner = Outbox::open(path, device, now)?;
    Ok(delete(&mut OutboxView::open(path)?, key, now)?.deleted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::NotTold;

    #[test]
    fn it_is_done_when_every_server_has_done_it() {
        use ServerErasure::{Done, GoesOn, Later, NoServer};
        let later = Later { why: NotTold::Offline };
        let all = |of: &[ServerErasure]| of.iter().copied().fold(NoServer, together);
        assert_eq!(all(&[]), NoServer);
        assert_eq!(all(&[Done, Done]), Done);
        assert_eq!(all(&[Done, GoesOn, Done]), GoesOn);
        assert_eq!(all(&[later, Done, GoesOn]), later);
        assert_eq!(all(&[GoesOn, Done, later]), later);
    }
}
