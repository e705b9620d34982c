//! What the live feed of a match tells.
//!
//! An occurrence is always told as it stands when it is read. An event about one
//! that ended since is left out, since its end follows: whoever applies all that
//! comes, wherever it was cut, has what the list of occurrences says.

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{OccurrenceView, WitnessView};

/// One event of `GET /v1/matches/{key}/feed`; the JSON is its `data`.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(untagged)]
pub enum FeedEvent {
    /// There is an occurrence more.
    Created {
        /// Number of the change.
        revision: u64,
        /// It; takes the place of what is known by its id.
        occurrence: OccurrenceView,
    },
    /// A witness came.
    Witnessed {
        /// Number of the change.
        revision: u64,
        /// The occurrence.
        id: Uuid,
        /// Who.
        witness: WitnessView,
        /// It, where no later event of those that are read together shows it.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        occurrence: Option<OccurrenceView>,
    },
    /// An occurrence ended: what was in it is in another now.
    Merged {
        /// Number of the change.
        revision: u64,
        /// What ended.
        id: Uuid,
        /// What it became part of.
        into: Uuid,
        /// That, where no later event of those that are read together shows it.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        occurrence: Option<OccurrenceView>,
    },
    /// An occurrence came out of another.
    Split {
        /// Number of the change.
        revision: u64,
        /// What it came out of.
        from: Uuid,
        /// What came out.
        occurrence: OccurrenceView,
    },
    /// It reads otherwise now, or has lost a witness.
    Retimed {
        /// Number of the change.
        revision: u64,
        /// It.
        occurrence: OccurrenceView,
    },
    /// An occurrence ended: nothing of it is left.
    Retracted {
        /// Number of the change.
        revision: u64,
        /// What ended.
        id: Uuid,
    },
    /// The match was joined into another, and this feed ends.
    Moved {
        /// Number of the change.
        revision: u64,
        /// The key of the other.
        to: String,
    },
    /// No occurrence moves any more.
    Sealed {
        /// Number of the change.
        revision: u64,
    },
    /// Occurrences may move again.
    Reopened {
        /// Number of the change.
        revision: u64,
    },
    /// What is known counts no more: every occurrence that is left follows anew.
    /// Where none is and the match is gone, the feed ends.
    Reset {
        /// Number of the latest change.
        revision: u64,
    },
}

impl FeedEvent {
    /// The word on its `event:` line.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Created { .. } => "created",
            Self::Witnessed { .. } => "witnessed",
            Self::Merged { .. } => "merged",
            Self::Split { .. } => "split",
            Self::Retimed { .. } => "retimed",
            Self::Retracted { .. } => "retracted",
            Self::Moved { .. } => "moved",
            Self::Sealed { .. } => "sealed",
            Self::Reopened { .. } => "reopened",
            Self::Reset { .. } => "reset",
        }
    }

    /// The number of the change that it tells.
    #[must_use]
    pub fn revision(&self) -> u64 {
        match self {
            Self::Created { revision, .. }
            | Self::Witnessed { revision, .. }
            | Self::Merged { revision, .. }
            | Self::Split { revision, .. }
            | Self::Retimed { revision, .. }
            | Self::Retracted { revision, .. }
            | Self::Moved { revision, .. }
            | Self::Sealed { revision }
            | Self::Reopened { revision }
            | Self::Reset { revision } => *revision,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_data_of_an_event_is_its_members_alone() {
        let (id, into) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let merged = FeedEvent::Merged { revision: 7, id, into, occurrence: None };
        assert_eq!(merged.name(), "merged");
        assert_eq!(json!(merged), json!({"revision": 7, "id": id, "into": into}));
        assert_eq!(json!(FeedEvent::Sealed { revision: 8 }), json!({"revision": 8}));
    }

    #[test]
    fn a_witness_comes_with_its_occurrence_only_where_that_is_shown() {
        let witness = WitnessView {
            device: Uuid::from_u128(1),
            event_id: "a".to_owned(),
            account: None,
            at: None,
            late: false,
        };
        let id = Uuid::from_u128(2);
        let told = json!(FeedEvent::Witnessed { revision: 1, id, witness, occurrence: None });
        assert_eq!(told.get("occurrence"), None);
        assert_eq!(told["witness"]["event_id"], "a");
    }
}
