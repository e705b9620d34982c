//! The decision which occurrence an event expresses.

use event_model::Identity;

use crate::{LoggedEvent, OccurrenceId};

/// How sure it is that an occurrence is one and whole, from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Confidence(f64);

impl Confidence {
    /// The game's own counter or index named it.
    pub const NATIVE: Self = Self(1.0);
    /// Its id rests on an ordinal counted at the player's, which a late joiner
    /// counts otherwise.
    pub const COUNTED: Self = Self(0.5);

    /// The number.
    #[must_use]
    pub fn value(self) -> f64 {
        self.0
    }
}

/// Where an event stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Standing {
    /// It expresses this occurrence, perhaps with others.
    Expresses(OccurrenceId, Confidence),
    /// A type of somebody else's: readable under this id, shared with nobody.
    Alone(OccurrenceId),
    /// Evidence about sessions and sequences: nothing that happened.
    Silent,
}

/// The one decision.
///
/// The match is part of an occurrence's id: a device that sends another's
/// event id under another match must not draw it away from its own.
#[must_use]
pub fn standing(event: &LoggedEvent<'_>) -> Standing {
    let Some(kind) = event.kind else {
        let id = OccurrenceId::of_foreign(event.device, event.subject, event.event_id);
        return Standing::Alone(id);
    };
    if !kind.is_occurrence() {
        return Standing::Silent;
    }
    let id = OccurrenceId::of_event(event.subject, kind, event.event_id);
    let confidence = match event.identity {
        Some(Identity::Native) => Confidence::NATIVE,
        Some(Identity::Counted) | None => Confidence::COUNTED,
    };
    Standing::Expresses(id, confidence)
}

#[cfg(test)]
mod tests {
    use event_model::{DeviceId, Kind};
    use uuid::Uuid;

    use super::*;

    fn event(device: u128, event_id: &str, kind: Option<Kind>) -> LoggedEvent<'_> {
        LoggedEvent {
            device: DeviceId(Uuid::from_u128(device)),
            event_id,
            subject: "league:1",
            kind,
            identity: kind.map(|_| Identity::Native),
        }
    }

    #[test]
    fn two_devices_with_one_event_id_witness_one_occurrence() {
        let kill = |device, id| standing(&event(device, id, Some(Kind::Kill)));
        assert_eq!(kill(1, "a"), kill(2, "a"));
        assert_ne!(kill(1, "a"), kill(1, "b"), "one device never sees the same twice");
    }

    #[test]
    fn an_event_of_another_match_cannot_draw_an_occurrence_away() {
        let own = event(1, "a", Some(Kind::Kill));
        let other = LoggedEvent { subject: "league:2", ..own.clone() };
        assert_ne!(standing(&own), standing(&other));
    }

    #[test]
    fn evidence_is_silent() {
        for kind in [Kind::SessionEvidence, Kind::SequenceGap] {
            assert_eq!(standing(&event(1, "a", Some(kind))), Standing::Silent);
        }
    }

    #[test]
    fn a_foreign_type_stands_alone_even_under_the_same_id() {
        let (one, two) = (standing(&event(1, "a", None)), standing(&event(2, "a", None)));
        assert!(matches!(one, Standing::Alone(_)));
        assert_ne!(one, two);
    }

    #[test]
    fn a_counted_id_is_trusted_less() {
        let mut kill = event(1, "a", Some(Kind::Kill));
        kill.identity = Some(Identity::Counted);
        assert!(matches!(standing(&kill), Standing::Expresses(_, Confidence::COUNTED)));
    }

    #[test]
    fn an_occurrence_id_is_a_version_8_uuid() {
        let Standing::Expresses(id, _) = standing(&event(1, "a", Some(Kind::Kill))) else {
            panic!("a kill is an occurrence");
        };
        assert_eq!(id.0.get_version_num(), 8);
    }
}
