//! Counter-Strike 2 and CS:GO, from Game State Integration.

use event_model::Reading;
use serde::{Deserialize, Serialize};

use crate::Step;

/// What is known of a Counter-Strike stream so far.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Cs2State {}

impl Cs2State {
    pub(crate) fn observe(&mut self, _reading: &Reading) -> Step {
        Step::default()
    }
}
