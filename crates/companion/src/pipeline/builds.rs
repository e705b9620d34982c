//! What is unknown of a game, by the game's build.

use std::collections::BTreeMap;

use event_model::{Reading, Received};
use game_session::Drift;

/// Builds that are told apart: a game is updated twice while Ringside runs, at most.
const BUILDS_MAX: usize = 8;

/// What was unknown in the frames of each build, where the source tells it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct DriftOfBuilds(BTreeMap<String, Drift>);

impl DriftOfBuilds {
    /// Counts what was unknown in one frame. Builds beyond the bound are counted with
    /// all others alone.
    pub(super) fn count(&mut self, received: &Received, drift: &Drift) {
        let Reading::Frame(frame) = &received.reading else { return };
        if drift.is_empty() {
            return;
        }
        let Some(build) = game_session::build_of(received.source, frame) else { return };
        if self.0.len() < BUILDS_MAX || self.0.contains_key(&build) {
            self.0.entry(build).or_default().merge(drift);
        }
    }

    /// Each build's names and how often each was seen.
    pub(crate) fn named(&self) -> BTreeMap<String, BTreeMap<String, u64>> {
        let of = |drift: &Drift| drift.iter().map(|(name, n)| (name.to_owned(), n)).collect();
        self.0.iter().map(|(build, drift)| (build.clone(), of(drift))).collect()
    }
}

#[cfg(test)]
mod tests {
    use event_model::{Channel, Frame, Source};

    use super::*;
    use crate::pipeline::tests::at;

    fn frame(body: &str) -> Received {
        let frame = Frame::new(Channel::Http, body.as_bytes().to_vec());
        Received { source: Source::Cs2, at: at(1), reading: Reading::Frame(frame) }
    }

    #[test]
    fn what_is_unknown_is_counted_for_the_build_that_said_it() {
        let (mut builds, mut drift) = (DriftOfBuilds::default(), Drift::default());
        drift.count("map.weather");
        let of = |version: usize| frame(&format!(r#"{{"provider":{{"version":{version}}}}}"#));
        builds.count(&of(14_094), &drift);
        builds.count(&of(14_094), &drift);
        builds.count(&of(14_095), &drift);
        builds.count(&of(14_096), &Drift::default());
        builds.count(&frame("{}"), &drift);
        let named = builds.named();
        let counts: Vec<_> =
            named.iter().map(|(build, names)| (build.as_str(), names["map.weather"])).collect();
        assert_eq!(counts, [("14094", 2), ("14095", 1)]);
        for version in 0..100 {
            builds.count(&of(version), &drift);
        }
        assert_eq!(builds.named().len(), BUILDS_MAX);
    }
}
