//! The events of a replay, in a file of the system's own that nobody else sees: a long
//! recording makes more of them than memory should hold.

use std::{
    collections::HashMap,
    fs::File,
    io::{self, BufRead as _, BufReader, BufWriter, Read as _, Seek as _, SeekFrom, Write as _},
};

use event_model::{CloudEvent, DeviceId, Envelope, EventId};
use outbox::{Filter, NewEvent, Outbox};

use crate::Error;

/// Of events that the queue had before, so many places are looked up in one reading of
/// it: by its id an event is found by reading all of them.
const LOOKED_UP_TOGETHER: usize = 100_000;

/// The events of a replay as they are sent, in order: made now, whatever the queue holds
/// from earlier runs.
#[derive(Debug)]
pub struct ReplayedEvents(File);

impl ReplayedEvents {
    /// Each event, a line of JSON.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn lines(&self) -> io::Result<impl Iterator<Item = io::Result<String>> + use<'_>> {
        self.part(0, u64::MAX)
    }

    fn part(
        &self,
        from: u64,
        bytes: u64,
    ) -> io::Result<impl Iterator<Item = io::Result<String>> + use<'_>> {
        let mut file = &self.0;
        file.seek(SeekFrom::Start(from))?;
        Ok(BufReader::new(file.take(bytes)).lines())
    }
}

/// Takes the events as they come.
pub(super) struct Spool {
    file: BufWriter<File>,
    /// Whether some were in the queue before this replay.
    has_known: bool,
}

impl Spool {
    pub(super) fn open() -> Result<Self, Error> {
        let file = tempfile::tempfile().map_err(in_the_way)?;
        Ok(Self { file: BufWriter::new(file), has_known: false })
    }

    /// Adds an event; its place in the queue is known where it is new there.
    pub(super) fn push(
        &mut self,
        new: &NewEvent,
        device: DeviceId,
        sequence: Option<u64>,
    ) -> Result<(), Error> {
        self.has_known |= sequence.is_none();
        let envelope = Envelope {
            device,
            sequence: sequence.unwrap_or_default(),
            origin: new.origin,
            time: new.time,
            observed: new.observed,
        };
        let json = if sequence.is_some() {
            CloudEvent::json_of(&new.event, &envelope)
        } else {
            // An event that the queue has forgotten has no place in it.
            let event = CloudEvent::from_event(&new.event, &envelope);
            CloudEvent { sequence, ..event }.to_json()
        };
        writeln!(self.file, "{json}").map_err(in_the_way)
    }

    /// All of them, each with its place in the queue.
    pub(super) fn finish(self, outbox: &Outbox) -> Result<ReplayedEvents, Error> {
        let has_known = self.has_known;
        let events = self.written()?;
        if has_known { placed(&events, outbox, LOOKED_UP_TOGETHER) } else { Ok(events) }
    }

    fn written(self) -> Result<ReplayedEvents, Error> {
        let file = self.file.into_inner().map_err(|error| in_the_way(error.into_error()))?;
        Ok(ReplayedEvents(file))
    }
}

/// The same events, those without a place with the one that the queue has for them.
fn placed(
    events: &ReplayedEvents,
    outbox: &Outbox,
    together: usize,
) -> Result<ReplayedEvents, Error> {
    let mut placed = Spool::open()?;
    let mut from = 0;
    loop {
        let (ids, bytes) = without_place(events, from, together)?;
        if bytes == 0 {
            return placed.written();
        }
        let sequences = places(outbox, ids)?;
        for line in events.part(from, bytes).map_err(in_the_way)? {
            let mut line = line.map_err(in_the_way)?;
            if let Some(event) = event_without_place(&line) {
                let sequence = event.id.parse().ok().and_then(|id| *sequences.get(&id)?);
                line = CloudEvent { sequence, ..event }.to_json();
            }
            writeln!(placed.file, "{line}").map_err(in_the_way)?;
        }
        from += bytes;
    }
}

/// The next so many events without a place, and in how many bytes they stand.
fn without_place(
    events: &ReplayedEvents,
    from: u64,
    together: usize,
) -> Result<(HashMap<EventId, Option<u64>>, u64), Error> {
    let (mut ids, mut bytes) = (HashMap::new(), 0);
    for line in events.part(from, u64::MAX).map_err(in_the_way)? {
        let line = line.map_err(in_the_way)?;
        bytes += line.len() as u64 + 1;
        if let Some(id) = event_without_place(&line).and_then(|event| event.id.parse().ok()) {
            ids.insert(id, None);
        }
        if ids.len() >= together {
            break;
        }
    }
    Ok((ids, bytes))
}

fn event_without_place(line: &str) -> Option<CloudEvent> {
    let event = CloudEvent::parse(&serde_json::from_str(line).ok()?).ok()?;
    event.sequence.is_none().then_some(event)
}

/// The places of these events in the queue, in one reading of it.
fn places(
    outbox: &Outbox,
    mut ids: HashMap<EventId, Option<u64>>,
) -> Result<HashMap<EventId, Option<u64>>, Error> {
    if ids.is_empty() {
        return Ok(ids);
    }
    for shown in outbox.view().export(Filter::All) {
        let entry = shown.map_err(Error::Outbox)?.entry;
        if let Some(sequence) = ids.get_mut(&entry.event_id) {
            *sequence = Some(entry.sequence);
        }
    }
    Ok(ids)
}

fn in_the_way(cause: io::Error) -> Error {
    Error::DataDir { path: std::env::temp_dir(), cause }
}

#[cfg(test)]
mod tests {
    use std::{
        path::Path,
        sync::{Arc, Mutex},
    };

    use boot_clock::BootClock;
    use event_model::{Clock as _, Origin, Reading, Received, Source};
    use game_session::SourceState;
    use outbox::StreamKey;
    use recording::Item;

    use super::*;
    use crate::{
        CompanionStatus, DataDir, FeedLine, Glance, Identity, Shell,
        owned_outbox::{lock, open_owned},
        pipeline::{Beginning, Made, Pipeline},
    };

    struct Nobody;

    impl Shell for Nobody {
        fn feed(&self, _line: FeedLine) {}
        fn glance(&self, _source: Source, _glance: Option<Glance>) {}
        fn status(&self, _status: CompanionStatus) {}
    }

    /// What a match makes, in a queue.
    fn made(folder: &Path) -> (Arc<Mutex<Outbox>>, DeviceId, Made) {
        let (source, clock) = (Source::Cs2, BootClock::new());
        let dir = DataDir::open(Some(folder.to_owned())).unwrap();
        let device = Identity::load_or_create(&dir).unwrap().device();
        let outbox = Arc::new(Mutex::new(open_owned(&dir, device, clock.now()).unwrap()));
        let mut pipeline = Pipeline::new(Arc::clone(&outbox), Arc::new(Nobody), Origin::Replay);
        let key = StreamKey { source, stream: "replay".to_owned() };
        let beginning = Beginning::State(SourceState::new(source).unwrap());
        pipeline.begin(key, beginning).unwrap();
        pipeline.remember_events();
        let fixtures = concat!(env!("CARGO_MANIFEST_DIR"), "/../game-session/tests/fixtures");
        let file = Path::new(fixtures).join("cs2/two_matches.jsonl");
        for entry in recording::import(&file, None).unwrap().entries().unwrap() {
            let Item::Frame(frame) = entry.unwrap().item else { continue };
            let reading = Reading::Frame(frame);
            pipeline.take(&Received { source, at: clock.now(), reading });
        }
        pipeline.commit(clock.now()).unwrap();
        (outbox, device, pipeline.take_events())
    }

    fn lines(events: &ReplayedEvents) -> Vec<String> {
        events.lines().unwrap().map(Result::unwrap).collect()
    }

    #[test]
    fn what_the_queue_had_before_has_its_places_however_many_are_looked_up_together() {
        let folder = tempfile::tempdir().unwrap();
        let (outbox, device, made) = made(folder.path());
        let (mut new, mut known) = (Spool::open().unwrap(), Spool::open().unwrap());
        for event in &made.events {
            let sequence = made.sequences[&event.event.id];
            new.push(event, device, Some(sequence)).unwrap();
            known.push(event, device, None).unwrap();
        }
        let new = lines(&new.finish(&lock(&outbox)).unwrap());
        assert!(new.len() > 10 && new.iter().all(|line| line.contains(r#""sequence":""#)));
        let known = known.written().unwrap();
        for together in [1, 7, 1_000] {
            let placed = placed(&known, &lock(&outbox), together).unwrap();
            assert_eq!(lines(&placed), new, "{together} together");
        }
    }

    #[test]
    fn what_the_queue_has_forgotten_has_no_place_in_it() {
        let folder = tempfile::tempdir().unwrap();
        let (_outbox, device, made) = made(folder.path());
        let elsewhere = tempfile::tempdir().unwrap();
        let dir = DataDir::open(Some(elsewhere.path().to_owned())).unwrap();
        let empty = open_owned(&dir, device, BootClock::new().now()).unwrap();
        let mut spool = Spool::open().unwrap();
        made.events.iter().for_each(|event| spool.push(event, device, None).unwrap());
        let events = lines(&spool.finish(&empty).unwrap());
        assert_eq!(events.len(), made.events.len());
        assert!(!events.iter().any(|line| line.contains("sequence\":")), "{}", events[0]);
    }
}
