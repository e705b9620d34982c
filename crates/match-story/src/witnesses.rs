//! What the server made of this PC's events.

use std::collections::{BTreeMap, BTreeSet};

use event_model::EventId;
use serde::{Deserialize, Serialize};

use crate::Story;

/// A page of the answer to `GET /v1/matches/{key}/occurrences`, as far as it is
/// needed here; the contract is `ingest-api`'s.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OccurrencePage {
    /// Number of the match's latest change.
    pub revision: u64,
    /// Whether occurrences can still move.
    pub sealed: bool,
    /// In the order they happened.
    pub occurrences: Vec<Occurrence>,
    /// Path of the next page; none on the last.
    pub next: Option<String>,
}

/// What really happened once, however many events express it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Occurrence {
    /// Its public id; resolves for ever.
    pub id: String,
    /// How it stands among those who should have seen it.
    pub standing: Standing,
    /// Players who saw it.
    pub seen_by: u32,
    /// Players who saw it or should have.
    pub expected: u32,
    /// Who saw it.
    pub witnesses: Vec<Witness>,
}

/// The server's word for how an occurrence stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Seen by one player, and nobody speaks against it.
    Lone,
    /// Seen by several, but not by most.
    Supported,
    /// Seen by two at least and by more than half.
    Confirmed,
    /// Seen by a third at most of three or more.
    Contradicted,
}

/// One event that expresses an occurrence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Witness {
    /// The event.
    pub event_id: String,
    /// Whether it came after the seal.
    pub late: bool,
}

/// A story's events as the server sees them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct Witnessed {
    /// By event.
    #[cfg_attr(feature = "specta", specta(type = BTreeMap<String, EventWitnesses>))]
    pub events: BTreeMap<EventId, EventWitnesses>,
    /// Events of the story that express no occurrence: not sent, or not yet
    /// looked at.
    pub not_placed: u32,
    /// Occurrences that no event of this PC expresses: others saw them.
    pub seen_by_others_only: u32,
}

/// What the server knows of one event of this PC.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct EventWitnesses {
    /// The occurrence that it expresses.
    pub occurrence: String,
    /// Players who saw it.
    pub seen_by: u32,
    /// Players who saw it or should have.
    pub expected: u32,
    /// How sure it is.
    pub sure: Sure,
    /// Whether this PC's event came after the match was final.
    pub late: bool,
}

/// How sure an event is, in a player's terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Sure {
    /// Most of those who should have seen it did.
    Certain,
    /// Several did.
    Likely,
    /// Nobody else did, and nobody speaks against it.
    OnlyYou,
    /// Most of those who should have seen it did not.
    Doubted,
}

/// Finds a story's events in all pages of its occurrences.
#[must_use]
pub fn witnessed(story: &Story, occurrences: &[Occurrence]) -> Witnessed {
    let happened: BTreeSet<EventId> = story.happenings().map(|placed| placed.event.id).collect();
    let mut witnessed = Witnessed::default();
    for occurrence in occurrences {
        let own = own_witnesses(occurrence, &happened);
        witnessed.seen_by_others_only += u32::from(own.is_empty());
        for (event, late) in own {
            // An event expresses one occurrence; should a page be older than
            // another, what more players saw is the newer.
            let seen = EventWitnesses::of(occurrence, late);
            let known = witnessed.events.entry(event).or_insert_with(|| seen.clone());
            if known.rank() < seen.rank() {
                *known = seen;
            }
        }
    }
    let missing = happened.len().saturating_sub(witnessed.events.len());
    witnessed.not_placed = u32::try_from(missing).unwrap_or(u32::MAX);
    witnessed
}

/// Another device that watched the same account tells the same event; ours
/// was late only where all of them were.
fn own_witnesses(occurrence: &Occurrence, happened: &BTreeSet<EventId>) -> BTreeMap<EventId, bool> {
    let mut own = BTreeMap::new();
    for witness in &occurrence.witnesses {
        let Ok(event) = witness.event_id.parse::<EventId>() else { continue };
        if happened.contains(&event) {
            *own.entry(event).or_insert(true) &= witness.late;
        }
    }
    own
}

impl EventWitnesses {
    fn of(occurrence: &Occurrence, late: bool) -> Self {
        Self {
            occurrence: occurrence.id.clone(),
            seen_by: occurrence.seen_by,
            expected: occurrence.expected,
            sure: Sure::of(occurrence.standing),
            late,
        }
    }

    fn rank(&self) -> (u32, &str) {
        (self.seen_by, &self.occurrence)
    }
}

impl Sure {
    fn of(standing: Standing) -> Self {
        match standing {
            Standing::Confirmed => Self::Certain,
            Standing::Supported => Self::Likely,
            Standing::Lone => Self::OnlyYou,
            Standing::Contradicted => Self::Doubted,
        }
    }
}
