//! What is saved: where the overlay stands and how it looks, for each game.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Along, Anchor, Lean, MonitorId, OpacityPercent, Percent, ScalePercent};

/// Where the overlay stands and how it looks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// On which monitor; at home where none is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub monitor: Option<MonitorId>,
    /// From left to right.
    pub across: Along,
    /// From top to bottom.
    pub down: Along,
    /// How large it is drawn.
    pub scale: ScalePercent,
    /// How much its ground hides.
    pub opacity: OpacityPercent,
}

impl Default for Place {
    /// At the left edge, halfway down: minimap, scores and lists of kills of the
    /// games that Ringside reads lie in corners and at the top.
    fn default() -> Self {
        Self {
            monitor: None,
            across: Along::Start(Percent::whole(1)),
            down: Along::Middle(Lean::CENTRED),
            scale: ScalePercent::DESIGNED,
            opacity: OpacityPercent::DESIGNED,
        }
    }
}

impl Place {
    /// In which of the nine fields of its monitor it stands.
    #[must_use]
    pub fn anchor(&self) -> Anchor {
        Anchor { across: self.across.side(), down: self.down.side() }
    }

    /// The same on the same monitor, in this field, at the very edge.
    #[must_use]
    pub fn anchored(self, anchor: Anchor) -> Self {
        Self { across: Along::at(anchor.across), down: Along::at(anchor.down), ..self }
    }
}

/// A place for each game.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(transparent)]
pub struct Places {
    /// By the source's name, such as `cs2`. Holds one entry for each source that
    /// was played, and whatever else a player wrote into the file.
    by_source: BTreeMap<String, Place>,
}

impl Places {
    /// Where the overlay stands in this game.
    #[must_use]
    pub fn of(&self, source: &str) -> Place {
        self.by_source.get(source).cloned().unwrap_or_default()
    }

    /// Lets every game's place be at home again, at the same distances: whoever
    /// wants the overlay on another monitor does not want the one it was on.
    pub fn forget_monitors(&mut self) {
        self.by_source.values_mut().for_each(|place| place.monitor = None);
    }

    /// Saves it for this game.
    pub fn keep(&mut self, source: &str, place: Place) {
        self.by_source.insert(source.to_owned(), place);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::placement::Side;

    #[test]
    fn each_game_has_a_place_of_its_own() {
        let mut places = Places::default();
        let corner = Anchor { across: Side::End, down: Side::End };
        places.keep("cs2", Place::default().anchored(corner));
        assert_eq!(places.of("cs2").anchor(), corner);
        assert_eq!(places.of("league"), Place::default(), "nothing was saved for it");
    }

    #[test]
    fn a_saved_place_is_read_as_it_was_written() {
        let id = MonitorId { name: "DP-1".to_owned(), width: 2_560, height: 1_440, nth: 1 };
        let place = Place { monitor: Some(id), ..Place::default() };
        let text = serde_json::to_string(&place).expect("a place can be written");
        assert_eq!(serde_json::from_str::<Place>(&text).ok(), Some(place));
    }

    #[test]
    fn a_settings_file_cannot_say_what_does_not_exist() {
        let good = r#"{"across":{"end":2.5},"down":{"middle":-50},"scale":50,"opacity":100}"#;
        assert!(serde_json::from_str::<Place>(good).is_ok());
        for (right, wrong) in [
            (r#"{"end":2.5}"#, r#"{"end":100.5}"#),
            (r#"{"end":2.5}"#, r#"{"end":-1}"#),
            (r#"{"end":2.5}"#, r#"{"aside":2.5}"#),
            (r#"{"middle":-50}"#, r#"{"middle":-51}"#),
            (r#""scale":50"#, r#""scale":49"#),
            (r#""scale":50"#, r#""scale":-1"#),
            (r#""opacity":100"#, r#""opacity":256"#),
            (r#""opacity":100"#, r#""opacity":0"#),
            (r#""opacity":100"#, r#""opacity":100,"colour":"red""#),
        ] {
            let wrong = good.replace(right, wrong);
            assert!(serde_json::from_str::<Place>(&wrong).is_err(), "{wrong}");
        }
    }
}
