//! What must hold whatever goes wrong, and how that is found out.

use std::collections::{BTreeMap, BTreeSet};

use event_model::{Event, EventId, IdStory, Identity, telling_ids};
use game_session::Step;
use outbox::{Filter, Outbox};
use replay_report::Promise;

use super::super::{section::Span, tape::Tape};
use crate::Error;

/// Of what does not hold, so many examples are told.
const EXAMPLES_MAX: usize = 5;

/// So many events are watched: what is held of one has about a kilobyte, and an evening
/// makes some thousands.
const WATCHED_MAX: usize = 20_000;

/// What a replay did, as far as the promises ask.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    /// Events whose append returned, the first so many.
    on_disk: BTreeSet<EventId>,
    /// Further ones.
    on_disk_unwatched: u64,
    /// Events that were made and gone with a kill before their append.
    pub(crate) gone_with_a_kill: u64,
    /// How often everything was begun again from disk.
    pub(crate) kills: u64,
    /// Where the program panicked, and over what.
    pub(crate) panics: Vec<String>,
    /// The entry from which on frames say what the game never said.
    wild_from: u64,
    is_wild: bool,
    /// What ids were made of, the first so many.
    stories: Stories,
    /// Events whose ids are not among these.
    made_unwatched: u64,
    /// Which content was made under which ids, before that.
    contents: Contents,
}

/// Contents with their ids.
type Contents = BTreeMap<String, BTreeSet<EventId>>;

/// What an id was made of, but for its epoch.
type Story = [String; 4];

/// Ids with what they were made of.
type Stories = BTreeMap<EventId, Story>;

/// Notes them while there is room.
fn note(stories: &mut Stories, told: Vec<IdStory>) {
    for (id, story) in told.into_iter().map(story) {
        if stories.len() < WATCHED_MAX {
            stories.insert(id, story);
        }
    }
}

fn story(told: IdStory) -> (EventId, Story) {
    let IdStory { id, session, observer, kind, native_key, .. } = told;
    (id, [session, observer, kind, native_key])
}

/// What was seen of the sending.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Witnessed {
    /// Whether a server was named.
    pub(crate) is_sent: bool,
    /// Events that no receipt has settled.
    pub(crate) waiting: u64,
    /// Events that the server refused.
    pub(crate) refused: u64,
    /// Settled by a receipt.
    pub(crate) settled: u64,
}

impl Ledger {
    /// A ledger of a replay in which frames say, from this entry on, what the game never
    /// said: a counter that was flipped is another match, and has another id by right.
    pub(crate) fn until(wild_from: u64) -> Self {
        Self { wild_from, ..Self::default() }
    }

    /// Whether what is made from this entry on is no longer the game's word; once.
    pub(crate) fn ends_at(&self, index: u64) -> bool {
        !self.is_wild && index >= self.wild_from
    }

    /// From here on nothing is compared.
    pub(crate) fn end(&mut self) {
        self.is_wild = true;
    }

    /// Notes what an append returned for.
    pub(crate) fn appended(&mut self, id: EventId) {
        if self.on_disk.len() < WATCHED_MAX {
            self.on_disk.insert(id);
        } else if !self.on_disk.contains(&id) {
            self.on_disk_unwatched += 1;
        }
    }

    /// Notes what was made, whether it comes to disk or not.
    pub(crate) fn made(&mut self, event: &Event) {
        if self.is_wild {
            return;
        }
        let is_watched = self.stories.len() < WATCHED_MAX || self.stories.contains_key(&event.id);
        if !is_watched {
            self.made_unwatched += 1;
        } else if let Some(content) = content(event) {
            self.contents.entry(content).or_default().insert(event.id);
        }
    }

    /// What ids were made of, of all that was made so far.
    pub(crate) fn told(&mut self, stories: Vec<IdStory>) {
        if !self.is_wild {
            note(&mut self.stories, stories);
        }
    }
}

/// The game's own word in an event, all of it: `None` where we counted ourselves, as
/// somebody who comes late counts otherwise.
fn content(event: &Event) -> Option<String> {
    let data = serde_json::to_string(&event.data).expect("an event is plain data");
    (event.data.identity == Identity::Native).then(|| format!("{} {data}", event.kind.as_str()))
}

/// Asks for each promise.
pub(crate) fn promises(
    tape: &Tape,
    span: Span,
    ledger: &Ledger,
    outbox: &Outbox,
    seen: Witnessed,
) -> Result<Vec<Promise>, Error> {
    let mut promises = vec![no_panic(ledger), nothing_lost(ledger, outbox)?];
    promises.push(one_id(tape, span, ledger)?);
    if seen.is_sent {
        promises.push(arrived(seen));
    }
    Ok(promises)
}

fn no_panic(ledger: &Ledger) -> Promise {
    Promise {
        what: "No reading makes the program panic".to_owned(),
        holds: ledger.panics.is_empty(),
        said: said(&ledger.panics, "none did"),
    }
}

fn nothing_lost(ledger: &Ledger, outbox: &Outbox) -> Result<Promise, Error> {
    let mut missing = ledger.on_disk.clone();
    for event in outbox.view().export(Filter::All) {
        missing.remove(&event.map_err(Error::Outbox)?.entry.event_id);
    }
    let missing: Vec<_> = missing.iter().map(ToString::to_string).collect();
    let (appended, kills) = (ledger.on_disk.len(), ledger.kills);
    let unwatched = match ledger.on_disk_unwatched {
        0 => String::new(),
        more => format!("; {more} further ones were not looked for"),
    };
    let found = format!(
        "all {appended} are there, after {kills} kills; {} were made and not yet appended at \
         one{unwatched}",
        ledger.gone_with_a_kill
    );
    Ok(Promise {
        what: "Every event whose append returned is in the queue or its history".to_owned(),
        holds: missing.is_empty(),
        said: said(&missing, &found),
    })
}

/// Plays the same part as it was recorded, and looks whether anything that happened
/// there too was given another id.
///
/// How often a game set its counters back is part of an id. A reset that nobody saw,
/// since its frame was dropped or went with a kill, is not counted: such ids are told,
/// and are no second name for the same values.
fn one_id(tape: &Tape, span: Span, ledger: &Ledger) -> Result<Promise, Error> {
    let (recorded, stories) = as_recorded(tape, span, ledger)?;
    let (mut second, mut unseen_resets, mut unwatched) = (Vec::new(), 0_u64, 0_u64);
    for (content, ids) in &recorded {
        let Some(made) = ledger.contents.get(content) else { continue };
        let known: BTreeSet<_> = ids.iter().filter_map(|id| stories.get(id)).collect();
        if known.is_empty() {
            unwatched += 1;
            continue;
        }
        for other in made.difference(ids) {
            if ledger.stories.get(other).is_some_and(|story| known.contains(story)) {
                unseen_resets += 1;
            } else {
                second.push(format!("{other} is a second id of {content}"));
            }
        }
    }
    let resets = match unseen_resets {
        0 => String::new(),
        ids => format!("; {ids} count a reset less, since its frame was not read"),
    };
    let unwatched = match unwatched + ledger.made_unwatched {
        0 => String::new(),
        more => format!("; {more} further ones were not compared"),
    };
    let found = format!(
        "{} things were seen both ways, each under its one id, up to entry {}; from there on \
         frames also said what the game never did{resets}{unwatched}",
        recorded.len(),
        ledger.wild_from
    );
    Ok(Promise {
        what: "What the recording tells has no second id under faults".to_owned(),
        holds: second.is_empty(),
        said: said(&second, &found),
    })
}

/// What the recording gives without faults, as far as it was made with them too.
fn as_recorded(tape: &Tape, span: Span, ledger: &Ledger) -> Result<(Contents, Stories), Error> {
    let (mut recorded, mut stories) = (Contents::new(), Stories::new());
    let mut state = tape.state_before(span)?;
    let mut read = |work: &mut dyn FnMut() -> Step| {
        let (step, told) = telling_ids(work);
        note(&mut stories, told);
        for event in &step.events {
            if let Some(content) =
                content(event).filter(|content| ledger.contents.contains_key(content))
            {
                recorded.entry(content).or_default().insert(event.id);
            }
        }
    };
    for (index, entry) in tape.indexed()? {
        let entry = entry?;
        if let Some(received) = tape.received(entry.t_ms, entry).filter(|_| span.has(index)) {
            read(&mut || state.observe(&received.reading));
        }
    }
    read(&mut || state.finish());
    Ok((recorded, stories))
}

fn arrived(seen: Witnessed) -> Promise {
    let Witnessed { waiting, refused, settled, .. } = seen;
    Promise {
        what: "Everything in the queue is with the server in the end".to_owned(),
        holds: waiting == 0 && refused == 0,
        said: format!("{settled} settled by a receipt, {waiting} waiting, {refused} refused"),
    }
}

/// What breaks it, or else what was found.
fn said(broken: &[String], found: &str) -> String {
    match broken {
        [] => found.to_owned(),
        broken => {
            let told: Vec<_> = broken.iter().take(EXAMPLES_MAX).map(String::as_str).collect();
            let more = broken.len().saturating_sub(EXAMPLES_MAX);
            let more = if more > 0 { format!("; and {more} more") } else { String::new() };
            format!("{}: {}{more}", broken.len(), told.join("; "))
        }
    }
}
