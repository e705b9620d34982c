//! The words that every part of Ringside speaks: frames, events, ids, clocks.
//!
//! A [`Frame`] is one raw reading of a game's local API. A session state
//! machine (crate `game-session`) turns frames into [`Event`]s, immutable
//! records whose [`EventId`] is computed once, from values the game itself
//! gave. What belongs to a sending and not to the event (device, sequence,
//! times, origin) is an [`Envelope`]; both together are written to the wire as
//! a [`CloudEvent`], CloudEvents 1.0.
//!
//! This crate is pure: no runtime, socket, file, database or clock. Time comes
//! in as a [`ClockReading`] or a [`WallTime`].
//!
//! # Invariants
//!
//! - The same native values give the same [`EventId`] on any machine, in any
//!   year. Nothing that only this device knows can enter one: [`EventIdFields`]
//!   has no field for it.
//! - [`Fingerprint`] ignores what may differ between two sendings of one event
//!   (`observed`, `identity`, `details`) and nothing else.

mod canonical;
mod clock;
mod cloud_event;
mod device;
mod event;
mod event_id;
mod fingerprint;
mod frame;
mod id_story;
mod keys;
mod kind;
mod outgoing;
mod pseudonym;
mod sequence_gap;

pub use canonical::canonical_json;
pub use clock::{Clock, ClockEpoch, ClockReading, InvalidTime, Moment, WallTime};
pub use cloud_event::{
    BATCH_CONTENT_TYPE, CloudEvent, CloudEventFault, DATA_CONTENT_TYPE, SPEC_VERSION,
};
pub use device::{DeviceId, InvalidDeviceId, OutboxId};
pub use event::{
    ActorIds, Actors, Envelope, Event, EventData, Identity, MatchRef, Ordinal, Origin,
};
pub use event_id::{EVENT_ID_VERSION, EventId, EventIdFields};
pub use fingerprint::Fingerprint;
pub use frame::{Body, Channel, Fault, Frame, Reading, Received};
pub use id_story::{IdStory, telling_ids};
pub use keys::{
    Game, InvalidGame, MatchKey, MatchOrigin, REPLAYED, SessionKey, Source, UnknownSource,
};
pub use kind::Kind;
pub use outgoing::{UNKNOWN_PSEUDONYM, with_names};
pub use pseudonym::{InvalidNamesKey, NamesKey, Pseudonyms, is_pseudonym};
pub use sequence_gap::{GapReason, SequenceGap};
