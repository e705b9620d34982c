//! League of Legends, from the Live Client Data API.

use event_model::Reading;
use serde::{Deserialize, Serialize};

use crate::Step;

/// What is known of a League stream so far.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct LeagueState {}

impl LeagueState {
    pub(crate) fn observe(&mut self, _reading: &Reading) -> Step {
        Step::default()
    }
}

impl LeagueState {
    pub(crate) fn finish(&mut self) -> Step {
        Step::default()
    }
}
