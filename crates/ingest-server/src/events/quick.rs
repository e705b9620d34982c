//! One pass over an event that is in order: no map, hardly a copy.
//!
//! Gives up on anything that is not plainly an event of ours as companions
//! write it; the careful reader then finds out what it is. So this may be
//! stricter than the contract and never laxer, which a test holds.

mod tree;

use std::{borrow::Cow, fmt};

use association::REPLAYED;
use event_model::{ClockEpoch, ClockReading, Fingerprint, Game, Kind, Origin, WallTime};
use serde::{Deserialize, Deserializer, de};
use uuid::Uuid;

use super::{corrected_time::Seen, head::ID_BYTES_MAX, judge::NAME_BYTES_MAX};
use tree::Tree;

/// What is found of an event.
pub(super) struct Quick {
    pub(super) id: String,
    pub(super) sequence: Option<u64>,
    pub(super) seen: Seen,
    pub(super) fingerprint: Fingerprint,
}

/// The attributes that ours have. Another one may nest: that is for the careful
/// reader, as is a name that comes twice.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Attributes<'e> {
    #[serde(borrow)]
    specversion: Text<'e>,
    #[serde(borrow)]
    id: Text<'e>,
    #[serde(borrow)]
    source: Text<'e>,
    #[serde(borrow, rename = "type")]
    event_type: Text<'e>,
    #[serde(borrow)]
    subject: Text<'e>,
    #[serde(borrow, default)]
    partitionkey: Option<Text<'e>>,
    #[serde(borrow, default)]
    time: Option<Text<'e>>,
    #[serde(borrow, default)]
    sequence: Option<Text<'e>>,
    #[serde(borrow, default)]
    sequencetype: Option<Text<'e>>,
    #[serde(borrow, default)]
    origin: Option<Text<'e>>,
    #[serde(borrow, default)]
    datacontenttype: Option<Text<'e>>,
    #[serde(borrow)]
    data: Tree<'e>,
}

impl Quick {
    pub(super) fn read(json: &str, device_urn: &str, depth_max: usize) -> Option<Self> {
        let event: Attributes<'_> = serde_json::from_str(json).ok()?;
        let in_order = event.specversion.is("1.0")
            && (1..=ID_BYTES_MAX).contains(&event.id.0.len())
            && event.source.is(device_urn)
            && (1..=NAME_BYTES_MAX).contains(&event.subject.0.len())
            && !event.subject.0.starts_with(REPLAYED)
            && event.data.depth() < depth_max;
        let kind = Kind::from_event_type(&event.event_type.0)?;
        if !in_order || kind == Kind::SequenceGap || !is_event_data(&event.data, &event.subject.0) {
            return None;
        }
        // Texts, and nothing more is asked of them.
        let (_, _, _) = (&event.partitionkey, &event.sequencetype, &event.datacontenttype);
        let seen = Seen {
            origin: optional(event.origin.as_ref(), origin)?,
            time: optional(event.time.as_ref(), |text| text.parse::<WallTime>().ok())?,
            observed: observed(&event.data)?,
        };
        let covered = event.data.canonical(Fingerprint::covers)?;
        Some(Self {
            sequence: optional(event.sequence.as_ref(), sequence)?,
            seen,
            fingerprint: Fingerprint::of_canonical(
                &event.event_type.0,
                Some(&event.subject.0),
                &covered,
            ),
            id: event.id.0.into_owned(),
        })
    }
}

/// `None` where there is a text and it cannot be read.
#[expect(clippy::option_option, reason = "absent and unreadable are two things")]
fn optional<T>(text: Option<&Text<'_>>, read: impl Fn(&str) -> Option<T>) -> Option<Option<T>> {
    match text {
        None => Some(None),
        Some(text) => read(&text.0).map(Some),
    }
}

fn origin(text: &str) -> Option<Origin> {
    match text {
        "live" => Some(Origin::Live),
        "replay" => Some(Origin::Replay),
        _ => None,
    }
}

fn sequence(text: &str) -> Option<u64> {
    text.parse().ok().filter(|number| (1..=i64::MAX.unsigned_abs()).contains(number))
}

#[expect(clippy::option_option, reason = "absent and unreadable are two things")]
fn observed(data: &Tree<'_>) -> Option<Option<ClockReading>> {
    let Some(observed) = data.get("observed") else { return Some(None) };
    let epoch = Uuid::try_parse(observed.get("epoch")?.as_str()?).ok()?;
    let mono_ms = observed.get("mono_ms")?.as_u64()?;
    Some(Some(ClockReading { epoch: ClockEpoch(epoch), mono_ms }))
}

/// Whether this is `event_model::EventData` of the match `subject`.
fn is_event_data<'e>(data: &Tree<'e>, subject: &str) -> bool {
    let is = |name: &str, test: fn(&Tree<'e>) -> bool| data.get(name).is_some_and(test);
    let may_be = |name: &str, test: fn(&Tree<'e>) -> bool| data.get(name).is_none_or(test);
    data.is_object()
        && data.get("match").is_some_and(|of| is_match(of, subject))
        && is("game", |game| game.as_str().is_some_and(|name| Game::new(name).is_ok()))
        && is("actors", are_actors)
        && is("identity", |identity| matches!(identity.as_str(), Some("native" | "counted")))
        && may_be("actor_ids", are_actors)
        && may_be("observer", is_text_or_null)
        && may_be("round", |round| round.is_null() || round.as_u32().is_some())
        && may_be("ordinal", |ordinal| ordinal.is_null() || is_ordinal(ordinal))
        && may_be("match_clock_ms", |clock| clock.is_null() || clock.as_i64().is_some())
        && may_be("details", Tree::is_object)
}

fn is_match(of: &Tree<'_>, subject: &str) -> bool {
    let origin = of.get("origin").and_then(Tree::as_str);
    of.get("key").and_then(Tree::as_str) == Some(subject)
        && matches!(origin, Some("native" | "session"))
}

fn are_actors(actors: &Tree<'_>) -> bool {
    actors.is_object()
        && actors.get("attacker").is_none_or(is_text_or_null)
        && actors.get("victim").is_none_or(is_text_or_null)
        && actors.get("assists").is_none_or(|list| list.is_list_of(|one| one.as_str().is_some()))
}

fn is_ordinal(ordinal: &Tree<'_>) -> bool {
    ordinal.get("of").and_then(Tree::as_str).is_some()
        && ordinal.get("run").and_then(Tree::as_u32).is_some()
        && ordinal.get("value").and_then(Tree::as_u64).is_some()
}

fn is_text_or_null(tree: &Tree<'_>) -> bool {
    tree.is_null() || tree.as_str().is_some()
}

/// A text, taken as it lies in the JSON where nothing in it is escaped.
pub(super) struct Text<'e>(pub(super) Cow<'e, str>);

impl Text<'_> {
    fn is(&self, other: &str) -> bool {
        self.0 == other
    }
}

impl<'de: 'e, 'e> Deserialize<'de> for Text<'e> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextVisitor;
        impl<'de> de::Visitor<'de> for TextVisitor {
            type Value = Text<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text")
            }

            fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Text(Cow::Borrowed(text)))
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }
        }
        deserializer.deserialize_str(TextVisitor)
    }
}
