//! Which messages of which start of the page were read already.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::message::Message;
use crate::Drift;

/// Starts of the page that are remembered: what one left unsent, the next sends.
const RUNS_MAX: usize = 8;

/// What was read of each start, and of messages that carry no number the last.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Pages {
    runs: VecDeque<(String, u64)>,
    last_bare: Option<String>,
}

impl Pages {
    /// Whether a message is new. One that was sent again is not; numbers that are
    /// missing before it are counted, except before the first of a start: whoever
    /// listens late did not lose what was sent to nobody.
    pub(super) fn is_new(&mut self, message: &Message, body: &[u8], drift: &mut Drift) -> bool {
        let Some(seq) = message.seq else { return self.is_other(body) };
        self.last_bare = None;
        if let Some((_, last)) = self.runs.iter_mut().find(|(run, _)| *run == message.run) {
            if seq <= *last {
                return false;
            }
            let missing = seq - *last - 1;
            if missing > 0 {
                drift.count_times("seq (messages that the page lost)", missing);
            }
            *last = seq;
            return true;
        }
        self.runs.push_back((message.run.clone(), seq));
        if self.runs.len() > RUNS_MAX {
            self.runs.pop_front();
        }
        true
    }

    /// Two messages without a number that say the same, one behind the other, are one.
    fn is_other(&mut self, body: &[u8]) -> bool {
        let hash = hex::encode(&Sha256::digest(body)[..16]);
        let is_other = self.last_bare.as_ref() != Some(&hash);
        self.last_bare = Some(hash);
        is_other
    }
}
