//! A kill comes on two channels and counts once.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

/// Messages after which the other channel tells a kill no more: they came next to each
/// other; between them fits what ten players' rows say of one kill a few times.
const FORGOTTEN_MESSAGES: u32 = 60;

/// Kills that are remembered at once.
const REMEMBERED_MAX: usize = 32;

/// `kill_feed` as the game wrote it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Feed {
    pub(super) attacker: Option<String>,
    pub(super) victim: Option<String>,
    pub(super) attacker_teammate: Option<bool>,
    pub(super) victim_teammate: Option<bool>,
    pub(super) weapon: Option<String>,
    pub(super) headshot: Option<bool>,
    /// Pictures of agents, not players; in Counter-Strike names.
    pub(super) assists: Vec<String>,
}

/// What one channel told and the other did not yet.
///
/// Whichever tells a kill first counts, and its twin does not. So the same kill again,
/// after a revive, counts although no info tells it: its value has not changed.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Twins {
    by_event: VecDeque<(Feed, u32)>,
    by_info: VecDeque<(Feed, u32)>,
}

impl Twins {
    /// Another message has come.
    pub(super) fn age(&mut self) {
        for list in [&mut self.by_event, &mut self.by_info] {
            for (_, age) in list.iter_mut() {
                *age = age.saturating_add(1);
            }
            list.retain(|(_, age)| *age <= FORGOTTEN_MESSAGES);
        }
    }

    /// Another match began so many messages ago: nothing before is a twin of its kills.
    pub(super) fn forget_before(&mut self, messages: u32) {
        for list in [&mut self.by_event, &mut self.by_info] {
            list.retain(|(_, age)| *age <= messages);
        }
    }

    /// The event channel told it; whether it counts.
    pub(super) fn event(&mut self, feed: &Feed) -> bool {
        let counts = !taken(&mut self.by_info, feed);
        if counts {
            remember(&mut self.by_event, feed.clone());
        }
        counts
    }

    /// The info channel told it; whether it counts.
    pub(super) fn info(&mut self, feed: &Feed) -> bool {
        let counts = !taken(&mut self.by_event, feed);
        if counts {
            remember(&mut self.by_info, feed.clone());
        }
        counts
    }
}

fn taken(list: &mut VecDeque<(Feed, u32)>, feed: &Feed) -> bool {
    let found = list.iter().position(|(known, _)| known == feed);
    found.and_then(|index| list.remove(index)).is_some()
}

fn remember(list: &mut VecDeque<(Feed, u32)>, feed: Feed) {
    list.push_back((feed, 0));
    if list.len() > REMEMBERED_MAX {
        list.pop_front();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn feed(victim: &str) -> Feed {
        Feed { victim: Some(victim.to_owned()), ..Feed::default() }
    }

    #[test]
    fn a_kill_on_both_channels_counts_once_in_either_order() {
        let mut twins = Twins::default();
        assert!(twins.event(&feed("Bo")));
        assert!(!twins.info(&feed("Bo")));
        assert!(twins.info(&feed("Cy")));
        assert!(!twins.event(&feed("Cy")));
    }

    #[test]
    fn two_kills_interleaved_are_two() {
        let mut twins = Twins::default();
        assert!(twins.event(&feed("Bo")) && twins.event(&feed("Cy")));
        assert!(!twins.info(&feed("Bo")) && !twins.info(&feed("Cy")));
    }

    #[test]
    fn what_one_channel_alone_tells_counts_each_time() {
        let mut twins = Twins::default();
        assert!(twins.event(&feed("Bo")) && twins.event(&feed("Bo")));
        let mut twins = Twins::default();
        assert!(twins.info(&feed("Bo")) && twins.info(&feed("Bo")));
    }

    #[test]
    fn the_same_kill_again_counts_though_no_info_changes() {
        let mut twins = Twins::default();
        assert!(twins.event(&feed("Bo")) && !twins.info(&feed("Bo")));
        assert!(twins.event(&feed("Bo")));
    }

    #[test]
    fn a_twin_that_never_came_is_forgotten() {
        let mut twins = Twins::default();
        assert!(twins.event(&feed("Bo")));
        (0..=FORGOTTEN_MESSAGES).for_each(|_| twins.age());
        assert!(twins.info(&feed("Bo")));
    }
}
