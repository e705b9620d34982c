//! One match as this device saw it.

use std::collections::{BTreeMap, VecDeque};

use event_model::{
    Event, EventData, EventId, EventIdFields, Game, Kind, MatchKey, MatchOrigin, MatchRef, Moment,
    SessionKey,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    client::ClientsWord,
    death_counts::{DeathCounts, DeathPoll, FROM_THE_START_MS},
    document::{Document, Start},
    entry::Entry,
    events::{Happening, VICTIM_NAME},
    glance::{self, Course},
    roster::{Bearers, Roster},
    timeline::{Sighting, Timeline},
};
use crate::Glance;

/// New entries that wait for the scoreboard; with more, none wait any longer.
/// A whole match has about a hundred.
const HELD_MAX: usize = 1_000;

/// How far a reconnected client's clock may lie behind what was seen before,
/// and how little a clock that began again is behind.
const CLOCK_SLACK_MS: i64 = 10_000;

/// A session from its first poll to the next match.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Session {
    key: SessionKey,
    /// Which play of this key: the values of a key could repeat.
    play: u32,
    /// The account; none for a spectator.
    observer: Option<String>,
    roster: Vec<String>,
    /// Time text of the present numbering's first entry.
    start_time_text: String,
    /// The game's clock when it was last seen, to ten seconds.
    game_time_ms: i64,
    /// Whether the match's start was told.
    started: bool,
    ended: bool,
    timeline: Timeline,
    deaths: DeathCounts,
    /// New entries that wait until deaths can be numbered, in order.
    held: VecDeque<Held>,
    /// Which match it is, as the League client says.
    #[serde(default)]
    client: ClientsWord,
    /// When those were seen that came out of there, until somebody takes that.
    #[serde(skip)]
    seen: BTreeMap<EventId, Moment>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Held {
    /// The list began anew here.
    Renumbered,
    /// Time went back here.
    Rewound,
    /// Something new.
    Entry {
        entry: Entry,
        epoch: u32,
        native_key: String,
        bearers: Bearers,
        /// When the poll came that listed it first.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        seen: Option<Moment>,
    },
}

impl Session {
    /// Begins with the first poll that says who plays since when; the event
    /// that tells a server how to join this session with others.
    pub(super) fn begin(start: Start, document: &Document, former: Option<&Self>) -> (Self, Event) {
        let values: Vec<_> =
            start.roster.iter().map(String::as_str).chain([start.time_text.as_str()]).collect();
        let replayed = former.filter(|former| {
            former.roster == start.roster && former.start_time_text == start.time_text
        });
        let play = replayed.map_or(1, |former| former.play.saturating_add(1));
        let session = Self {
            key: session_key(&values, play),
            play,
            observer: start.observer,
            deaths: DeathCounts::begin(start.time_ms),
            roster: start.roster,
            start_time_text: start.time_text,
            game_time_ms: coarse(document.game_time_ms),
            started: false,
            ended: false,
            timeline: Timeline::default(),
            held: VecDeque::new(),
            client: ClientsWord::default(),
            seen: BTreeMap::new(),
        };
        let evidence = session.evidence(document);
        (session, evidence)
    }

    /// Whether a poll with this start belongs to this session.
    ///
    /// The same text of the first entry's time is the same game process, unless
    /// its match ended and the clock runs from the beginning again. Another
    /// text is a reconnect where it lies after what was seen so far, since the
    /// game's clock goes on meanwhile; else it is the next match.
    pub(super) fn continues(&self, start: &Start, document: &Document) -> bool {
        if !is_subset(&self.roster, &start.roster) {
            return false;
        }
        if self.start_time_text == start.time_text {
            let anew = document.game_time_ms.saturating_add(CLOCK_SLACK_MS) < self.game_time_ms;
            return !(self.ended && anew);
        }
        let slack = if start.time_ms < FROM_THE_START_MS { 0 } else { CLOCK_SLACK_MS };
        let later = start.time_ms.saturating_add(slack) > self.game_time_ms;
        !self.ended && later && self.observer == start.observer
    }

    /// Takes a poll of this session.
    pub(super) fn observe(&mut self, document: &Document, at: Option<Moment>) -> Vec<Event> {
        self.hold_new_entries(document, at);
        let (scored, latest) = (document.roster.deaths(), document.latest_deaths());
        let mut events = self.release();
        // A reset on the way out wants the scores of this very poll again.
        while !self.deaths.is_settled() {
            let held = self.held_deaths();
            self.deaths.poll(&DeathPoll {
                game_time_ms: document.game_time_ms,
                scored: &scored,
                latest_ms: &latest,
                held: &held,
            });
            if !self.deaths.is_settled() {
                break;
            }
            events.append(&mut self.release());
        }
        if self.ended {
            // No later poll of this match will settle anything.
            events.append(&mut self.release_all());
        }
        if let Some(first) = document.entries.first() {
            self.start_time_text.clone_from(&first.time_text);
        }
        self.game_time_ms = coarse(document.game_time_ms);
        events
    }

    /// No further poll will come: everything held goes out as it is.
    pub(super) fn release_all(&mut self) -> Vec<Event> {
        let mut events = Vec::new();
        while !self.held.is_empty() {
            self.deaths.give_up();
            events.append(&mut self.release());
        }
        events
    }

    /// When the events were seen that came out since somebody asked last.
    pub(super) fn take_seen(&mut self) -> BTreeMap<EventId, Moment> {
        std::mem::take(&mut self.seen)
    }

    fn hold_new_entries(&mut self, document: &Document, at: Option<Moment>) {
        let unlisted = self.timeline.unlisted(&document.entries);
        if unlisted.renumbered {
            self.held.push_back(Held::Renumbered);
        }
        if self.held.len() + unlisted.entries.len() > HELD_MAX {
            self.deaths.give_up();
        }
        for entry in unlisted.entries {
            self.ended |= entry.name == Happening::GAME_END;
            let native_key = native_key(entry, self.timeline.times_numbered(entry.number));
            let sighting = self.timeline.take(entry);
            if matches!(sighting, Sighting::NewAfterRewind | Sighting::AgainAfterRewind) {
                self.held.push_back(Held::Rewound);
            }
            let is_new = matches!(sighting, Sighting::New | Sighting::NewAfterRewind);
            // A reconnected client lists its own start, not the match's.
            let restarted = self.started && entry.name == Happening::GAME_START;
            self.started |= entry.name == Happening::GAME_START;
            if is_new && !restarted {
                self.held.push_back(Held::Entry {
                    entry: entry.clone(),
                    epoch: self.timeline.epoch(),
                    native_key,
                    bearers: bearers_in(entry, &document.roster),
                    seen: at,
                });
            }
        }
    }

    fn release(&mut self) -> Vec<Event> {
        let mut events = Vec::new();
        while self.deaths.is_settled() {
            match self.held.pop_front() {
                None => break,
                Some(Held::Renumbered) => self.deaths.renumbered(),
                Some(Held::Rewound) => self.deaths.rewound(),
                Some(Held::Entry { entry, epoch, native_key, bearers, seen }) => {
                    let event = self.event(&entry, epoch, &native_key, &bearers);
                    self.seen.extend(seen.map(|at| (event.id, at)));
                    events.push(event);
                }
            }
        }
        events
    }

    fn held_deaths(&self) -> BTreeMap<String, i64> {
        let mut deaths = BTreeMap::new();
        for held in &self.held {
            if let Held::Entry { entry, .. } = held
                && entry.name == Happening::CHAMPION_KILL
                && let Some(victim) = entry.text(VICTIM_NAME)
            {
                *deaths.entry(victim.to_owned()).or_default() += 1;
            }
        }
        deaths
    }

    fn event(&mut self, entry: &Entry, epoch: u32, native_key: &str, bearers: &Bearers) -> Event {
        let mut happening = Happening::of(entry, bearers);
        let ordinal = match (happening.kind, happening.sole_victim(bearers)) {
            (Kind::Kill, Some(victim)) => self.deaths.count(victim),
            _ => None,
        };
        if happening.kind == Kind::MatchStarted && entry.time_ms >= FROM_THE_START_MS {
            happening.details.insert("joined_late".to_owned(), Value::Bool(true));
        }
        let data = EventData {
            actor_ids: happening.actor_ids,
            actors: happening.actors,
            details: happening.details,
            match_clock_ms: Some(entry.time_ms),
            ordinal,
            ..self.data()
        };
        self.identified(happening.kind, epoch, native_key, data)
    }

    fn evidence(&self, document: &Document) -> Event {
        let field = |name: &str| document.game_data.get(name).cloned().unwrap_or(Value::Null);
        let details = BTreeMap::from([
            ("roster".to_owned(), Value::from(self.roster.clone())),
            ("map".to_owned(), field("mapName")),
            ("mode".to_owned(), field("gameMode")),
            ("first_event_time".to_owned(), Value::from(self.start_time_text.clone())),
        ]);
        let data = EventData { details, ..self.data() };
        self.identified(Kind::SessionEvidence, 0, "start", data)
    }

    /// The League client says that this match runs, behind a poll of this session. After
    /// its end the client may speak of the next.
    pub(super) fn hear_client(&mut self, id: u64) {
        if !self.ended {
            self.client.says(id);
        }
    }

    /// What the client said is of this session, since this poll still is: what a server
    /// joins it with others by.
    pub(super) fn learn_match(&mut self) -> Option<Event> {
        let id = self.client.confirmed()?;
        let details = BTreeMap::from([("match_id".to_owned(), Value::from(id.to_string()))]);
        let data = EventData { details, ..self.data() };
        Some(self.identified(Kind::SessionEvidence, 0, &format!("match id {id}"), data))
    }

    /// Whether the list told of the end.
    pub(super) fn has_ended(&self) -> bool {
        self.ended
    }

    /// The match at this poll, to be shown.
    pub(super) fn glance(&self, document: &Document) -> Glance {
        let course = if self.ended { Course::Ended } else { Course::Running };
        glance::glance(self.match_key(), self.observer.as_deref(), course, document)
    }

    fn match_key(&self) -> MatchKey {
        MatchKey::session(&Game::league(), &self.key)
    }

    /// What all events of the session share.
    fn data(&self) -> EventData {
        let game = Game::league();
        let match_ref = MatchRef { key: self.match_key(), origin: MatchOrigin::Session };
        EventData { observer: self.observer.clone(), ..EventData::of_match(game, match_ref) }
    }

    fn identified(&self, kind: Kind, epoch: u32, native_key: &str, data: EventData) -> Event {
        let fields = EventIdFields {
            game: &data.game,
            session: &self.key,
            observer: self.observer.as_deref().unwrap_or(""),
            epoch,
            kind,
            native_key,
        };
        Event { id: fields.event_id(), kind, data }
    }
}

/// Time that passes is no news: a state that changed with every poll would be
/// written to disk with every poll.
fn coarse(game_time_ms: i64) -> i64 {
    game_time_ms.saturating_sub(game_time_ms.rem_euclid(CLOCK_SLACK_MS))
}

/// The values of the first poll; a further play of the same values, which no
/// recording has, is told apart all the same.
fn session_key(values: &[&str], play: u32) -> SessionKey {
    let further = (play > 1).then(|| format!("play {play}"));
    SessionKey::from_values(values.iter().copied().chain(further.as_deref()))
}

/// The game's own number of an entry.
fn native_key(entry: &Entry, times_before: usize) -> String {
    match times_before {
        0 => entry.number.to_string(),
        times => format!("{} again {times}", entry.number),
    }
}

fn bearers_in(entry: &Entry, roster: &Roster) -> Bearers {
    let names = entry.fields.values().flat_map(|value| match value {
        Value::String(name) => vec![name.as_str()],
        Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => Vec::new(),
    });
    names.filter_map(|name| Some((name.to_owned(), roster.bearer(name)?))).collect()
}

/// Whether one roster holds the other: the list of players may still fill up
/// while the game loads.
fn is_subset(one: &[String], other: &[String]) -> bool {
    let holds = |large: &[String], small: &[String]| small.iter().all(|name| large.contains(name));
    holds(one, other) || holds(other, one)
}
