//! What is unknown of a game, by the game's build.

use std::collections::BTreeMap;

use event_model::{Reading, Received};
use game_session::Drift;

/// Builds that are told apart: a game is updated twice while Ringside runs, at most.
const BUILDS_MAX: usize = 8;

/// What was unknown in the frames of each build, where the source tells it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct DriftOfBuilds {
    drift: BTreeMap<String, Drift>,
    /// The build that was told last, where one that is told holds for what follows.
    standing: Option<String>,
}

impl DriftOfBuilds {
    /// Counts what was unknown in one frame. Builds beyond the bound are counted with
    /// all others alone.
    pub(super) fn count(&mut self, received: &Received, drift: &Drift) {
        let Reading::Frame(frame) = &received.reading else { return };
        let stands = game_session::build_stands(received.source);
        if drift.is_empty() && !stands {
            return;
        }
        let mut build = game_session::build_of(received.source, frame);
        if stands {
            self.standing = build.or(self.standing.take());
            build = self.standing.clone().filter(|_| !drift.is_empty());
        }
        let Some(build) = build else { return };
        if self.drift.len() < BUILDS_MAX || self.drift.contains_key(&build) {
            self.drift.entry(build).or_default().merge(drift);
        }
    }

    /// Each build's names and how often each was seen.
    pub(crate) fn named(&self) -> BTreeMap<String, BTreeMap<String, u64>> {
        let of = |drift: &Drift| drift.iter().map(|(name, n)| (name.to_owned(), n)).collect();
        self.drift.iter().map(|(build, drift)| (build.clone(), of(drift))).collect()
    }
}

#[cfg(test)]
mod tests {
    use event_model::{Channel, Frame, Source};

    use super::*;
    use crate::pipeline::tests::at;

    fn frame(body: &str) -> Received {
        of_source(Source::Cs2, body)
    }

    fn of_source(source: Source, body: &str) -> Received {
        let frame = Frame::new(Channel::Http, body.as_bytes().to_vec());
        Received { source, at: at(1), reading: Reading::Frame(frame) }
    }

    #[test]
    fn a_build_that_is_told_once_holds_until_another_is() {
        let (mut builds, mut drift) = (DriftOfBuilds::default(), Drift::default());
        drift.count("NEW_THING");
        let line = |text: &str| of_source(Source::Hearthstone, text);
        let build = |number: u32| {
            line(&format!("D 1:00:00.0 GameState.DebugPrintGame() - BuildNumber={number}"))
        };
        builds.count(&line("D 1:00:00.0 GameState.New() - x"), &drift);
        assert!(builds.named().is_empty(), "before it was told");
        for number in [185_749, 190_000] {
            builds.count(&build(number), &Drift::default());
            builds.count(&line("D 1:00:00.0 GameState.New() - x"), &drift);
            builds.count(&line("D 1:00:00.0 GameState.New() - x"), &Drift::default());
        }
        let named = builds.named();
        let counts: Vec<_> =
            named.iter().map(|(build, names)| (build.as_str(), names["NEW_THING"])).collect();
        assert_eq!(counts, [("185749", 1), ("190000", 1)]);
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
