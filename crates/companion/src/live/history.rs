//! The history beside a running companion: filled before the outbox forgets, and
//! matches that a player erases are gone on with.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use event_model::Clock;
use outbox::{Forgetting, Outbox};
use tokio::sync::watch;

use crate::{
    DataDir, Error, Matches, UploadOptions,
    error::with_causes,
    history::{self, From, beside},
    owned_outbox::lock,
};

/// Between two tries to erase what could not be erased yet: a request is over by then,
/// and a server that is away is not asked often.
const ERASE_AGAIN: Duration = Duration::from_secs(60);

/// How far the history was filled, and whether that is in the way.
#[derive(Debug, Default)]
pub(crate) struct History {
    through: Option<u64>,
    problem: Option<String>,
}

impl History {
    /// Takes in what is new; opens nothing where nothing is.
    pub(crate) async fn fill(&mut self, dir: &DataDir, outbox: &Arc<Mutex<Outbox>>) {
        let (known, queue) = (self.through, Arc::clone(outbox));
        let is_new = beside(move || {
            let Some(through) = known else { return Ok(true) };
            let page = lock(&queue).view().captured_beyond(through, 1).map_err(Error::Outbox)?;
            Ok(page.through.is_some())
        });
        // Where it cannot be read, filling says why.
        if is_new.await.unwrap_or(true) {
            self.work(dir, outbox, |_, _| Ok(())).await;
        }
    }

    /// The same before the outbox forgets, with what it knows of the upload.
    pub(crate) async fn fill_and_note(&mut self, dir: &DataDir, outbox: &Arc<Mutex<Outbox>>) {
        self.work(dir, outbox, history::note_sent).await;
    }

    async fn work(
        &mut self,
        dir: &DataDir,
        outbox: &Arc<Mutex<Outbox>>,
        then: fn(&mut match_archive::Archive, &From<'_>) -> Result<(), Error>,
    ) {
        let (dir, queue) = (dir.clone(), Arc::clone(outbox));
        let filled = beside(move || {
            let filled = history::open(&dir).and_then(|mut archive| {
                let from = From::Owned(&queue);
                let through = history::fill(&mut archive, &from)?;
                then(&mut archive, &from)?;
                Ok(through)
            });
            // It is what the history is filled from once that works again.
            let is_filled = filled.is_ok();
            let by = if is_filled { Forgetting::ByAgeAndBytes } else { Forgetting::ByBytesAlone };
            lock(&queue).forget(by);
            filled
        });
        match filled.await {
            Ok(through) => {
                self.through = Some(through);
                self.problem = None;
            }
            Err(error) => self.tell(&error),
        }
    }

    /// What keeps it from being filled.
    pub(crate) fn problem(&self) -> Option<String> {
        self.problem.clone()
    }

    /// Once, until it works again: it is tried many times.
    fn tell(&mut self, error: &Error) {
        if self.problem.replace(with_causes(error)).is_none() {
            let error = error as &dyn std::error::Error;
            tracing::warn!(
                error,
                "The history of matches is not filled; the upload queue keeps the events"
            );
        }
    }
}

/// Goes on with matches that are being erased, until told to stop.
pub(crate) async fn go_on_erasing(
    dir: DataDir,
    upload: UploadOptions,
    clock: Arc<dyn Clock>,
    mut stop: watch::Receiver<bool>,
) {
    let matches = Matches::of(&dir).asking(upload);
    loop {
        tokio::select! {
            _ = stop.wait_for(|stopping| *stopping) => return,
            () = tokio::time::sleep(ERASE_AGAIN) => {}
        }
        if let Err(error) = matches.go_on_erasing(clock.now()).await {
            tracing::debug!(%error, "A match could not be erased yet");
        }
    }
}

#[cfg(test)]
mod tests {
    use delivery::{BatchLimits, Decision, Settlement, Settlements};
    use event_model::{
        DeviceId, Event, EventData, EventId, Game, Kind, MatchKey, MatchOrigin, MatchRef, Moment,
        Origin,
    };
    use outbox::{Append, NewEvent};
    use uuid::Uuid;

    use super::*;
    use crate::pipeline::tests::{at, stream};

    const WEEK_MS: i64 = 7 * 24 * 60 * 60 * 1_000;

    #[tokio::test]
    async fn what_the_history_could_not_take_in_is_not_forgotten_and_it_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let dir = DataDir::open(Some(folder.path().to_owned())).unwrap();
        let outbox = Outbox::open(&dir.outbox(), DeviceId(Uuid::from_u128(1)), at(0)).unwrap();
        let outbox = Arc::new(Mutex::new(outbox));
        sent(&mut lock(&outbox));
        // A file stands where its folder should.
        let in_the_way = dir.history().parent().unwrap().to_owned();
        std::fs::write(&in_the_way, "").unwrap();
        let mut history = History::default();
        history.fill_and_note(&dir, &outbox).await;
        let problem = history.problem().unwrap();
        assert!(problem.contains("matches"), "{problem}");
        assert_eq!(lock(&outbox).prune(later(2)).unwrap().history, 0);

        std::fs::remove_file(in_the_way).unwrap();
        history.fill_and_note(&dir, &outbox).await;
        assert_eq!(history.problem(), None);
        assert_eq!(lock(&outbox).prune(later(3)).unwrap().history, 1);
        let kept = history::open(&dir).unwrap().kept(&key()).unwrap().unwrap();
        assert_eq!((kept.bodies.len(), kept.sent), (1, 1));
    }

    /// An event that a server has.
    fn sent(outbox: &mut Outbox) {
        let match_ref = MatchRef { key: key(), origin: MatchOrigin::Native };
        let data = EventData::of_match(Game::cs2(), match_ref);
        let event = Event { id: EventId(Uuid::from_u128(7)), kind: Kind::Kill, data };
        let Moment { clock, wall } = at(0);
        let new = NewEvent { event, origin: Origin::Live, time: wall, observed: clock };
        let append = Append { stream: stream(), state: Vec::new(), events: vec![new] };
        outbox.append(&[append], at(0)).unwrap();
        let claimed = outbox.claim(&BatchLimits::default(), at(0)).unwrap();
        let settled = Decision::Settle(Settlements {
            store: Uuid::from_u128(5),
            server_version: "1.0.0".to_owned(),
            items: vec![Settlement::Stored; claimed.len()],
            contiguous_sequence: None,
        });
        outbox.conclude(&claimed, &settled, at(0), 0).unwrap();
    }

    fn key() -> MatchKey {
        MatchKey::native(&Game::cs2(), "a")
    }

    /// So many weeks later, by both clocks.
    fn later(weeks: i64) -> Moment {
        let passed_ms = weeks * WEEK_MS;
        let Moment { clock, wall } = at(u64::try_from(passed_ms).unwrap());
        Moment { clock, wall: event_model::WallTime::from_unix_ms(wall.unix_ms() + passed_ms) }
    }
}
