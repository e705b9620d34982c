//! What a desktop gives that decides on the keys itself, as Wayland has it.

use std::collections::BTreeMap;

use overlay::hotkey::{Accelerator, Action, Bindings};
use portal_hotkeys::{Failure, Given, Told, Wish};
use serde::Serialize;

use crate::words::Words;

/// What the desktop said last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DeskState {
    /// It has not answered yet.
    #[default]
    Looking,
    /// It has no portal that gives hotkeys.
    Missing,
    /// It gives none to a program that it does not know as installed.
    NotInstalled,
    /// It gives hotkeys, and was not asked for any.
    NotAsked,
    /// It is asked when the match is over.
    AfterMatch,
    /// It asks the player.
    Asking,
    /// It gave some.
    Given,
    /// The player refused.
    Refused,
    /// A match began while it asked.
    Withdrawn,
    /// It ended what it had given.
    Closed,
    /// Anything else went wrong.
    Failed,
}

/// The desktop's hotkeys as far as they are known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Desk {
    state: DeskState,
    configures: bool,
    /// In the desktop's own words.
    said: Option<String>,
    /// Which it gave, with its words for the keys.
    given: BTreeMap<Action, Option<String>>,
}

/// What follows for the app.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Follows {
    /// Nothing but what a page shows.
    Nothing,
    /// This action is done.
    Do(Action),
    /// The player wants them at the next start, too, or wants them no more.
    Remember(bool),
}

impl Desk {
    /// What the desktop said last.
    pub(super) fn state(&self) -> DeskState {
        self.state
    }

    /// Whether it opens its own page of the keys.
    pub(super) fn configures(&self) -> bool {
        self.configures
    }

    /// What it said of a failure, in its own words.
    pub(super) fn said(&self) -> Option<&str> {
        self.said.as_deref()
    }

    /// Its words for the keys of an action: none where it gave none for it, and an
    /// inner none where it has no words.
    pub(super) fn given(&self, action: Action) -> Option<Option<&str>> {
        self.given.get(&action).map(Option::as_deref)
    }

    /// Somebody asked in a match.
    pub(super) fn waits(&mut self) {
        self.state = DeskState::AfterMatch;
    }

    /// Takes what the keeper of the hotkeys tells. A press counts where the action
    /// has hotkeys at all: one that is switched off does nothing, although the
    /// desktop still gives it.
    pub(super) fn hears(&mut self, told: Told, bindings: &Bindings) -> Follows {
        match told {
            Told::Found { configures } => {
                self.configures = configures;
                if self.state != DeskState::Asking {
                    self.turns(DeskState::NotAsked);
                }
                Follows::Nothing
            }
            Told::Asking => self.turns(DeskState::Asking),
            Told::Given(given) => {
                let before = self.state;
                self.turns(DeskState::Given);
                self.given = given.into_iter().filter_map(known).collect();
                if before == DeskState::Given { Follows::Nothing } else { Follows::Remember(true) }
            }
            Told::Pressed(id) => {
                let action = action_of(&id).filter(|action| bindings.of(*action).is_some());
                action.map_or(Follows::Nothing, Follows::Do)
            }
            Told::NoPage => {
                self.configures = false;
                Follows::Nothing
            }
            Told::Over(why) => self.ends(why),
            Told::Closed => self.turns(DeskState::Closed),
        }
    }

    fn ends(&mut self, why: Failure) -> Follows {
        match why {
            Failure::NoPortal => self.turns(DeskState::Missing),
            Failure::NotInstalled => self.turns(DeskState::NotInstalled),
            Failure::Withdrawn => self.turns(DeskState::Withdrawn),
            Failure::Refused => {
                self.turns(DeskState::Refused);
                Follows::Remember(false)
            }
            Failure::Failed(said) => {
                self.turns(DeskState::Failed);
                self.said = Some(said).filter(|said| !said.is_empty());
                Follows::Nothing
            }
        }
    }

    fn turns(&mut self, state: DeskState) -> Follows {
        self.state = state;
        self.said = None;
        self.given.clear();
        Follows::Nothing
    }
}

/// What is asked for: every action that has keys, with its words for the player.
pub(super) fn wishes(bindings: &Bindings, words: &Words) -> Vec<Wish> {
    let wish = |action: Action| {
        let keys: Accelerator = bindings.of(action)?;
        Some(Wish {
            id: id_of(action).to_owned(),
            description: words.of_action(action).to_owned(),
            preferred: Some(keys.portal_trigger()),
        })
    };
    Action::ALL.into_iter().filter_map(wish).collect()
}

fn known(given: Given) -> Option<(Action, Option<String>)> {
    Some((action_of(&given.id)?, given.keys))
}

/// Desktops remember a player's keys under it: it never changes.
fn id_of(action: Action) -> &'static str {
    match action {
        Action::ToggleOverlay => "toggle_overlay",
        Action::EditOverlay => "edit_overlay",
        Action::MarkChapter => "mark_chapter",
        Action::PauseUpload => "pause_upload",
    }
}

fn action_of(id: &str) -> Option<Action> {
    Action::ALL.into_iter().find(|action| id_of(*action) == id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Spoken;

    #[test]
    fn each_action_with_keys_is_asked_for_in_the_players_language() {
        let mut bindings = Bindings::default();
        bindings.unbind(Action::EditOverlay);
        let wishes = wishes(&bindings, Spoken::German.words());
        let ids: Vec<_> = wishes.iter().map(|wish| wish.id.as_str()).collect();
        assert_eq!(ids, ["toggle_overlay", "mark_chapter"], "one is off, one has no keys at first");
        assert_eq!(wishes[0].description, "Overlay ein- oder ausblenden");
        assert_eq!(wishes[0].preferred.as_deref(), Some("CTRL+SHIFT+F9"));
    }

    #[test]
    fn the_desktops_words_are_shown_and_what_we_never_asked_for_is_not() {
        let mut desk = found();
        let given = [given("mark_chapter", Some("Meta+M")), given("pause_upload", None)];
        let all = given.into_iter().chain([self::given("format_disk", Some("F1"))]).collect();
        assert_eq!(desk.hears(Told::Given(all), &Bindings::default()), Follows::Remember(true));
        assert_eq!(desk.state(), DeskState::Given);
        assert_eq!(desk.given(Action::MarkChapter), Some(Some("Meta+M")));
        assert_eq!(desk.given(Action::PauseUpload), Some(None), "given, without a word");
        assert_eq!(desk.given(Action::ToggleOverlay), None);
    }

    #[test]
    fn a_press_does_its_action_unless_that_is_switched_off() {
        let mut bindings = Bindings::default();
        let mut desk = found();
        let press = || Told::Pressed("mark_chapter".to_owned());
        assert_eq!(desk.hears(press(), &bindings), Follows::Do(Action::MarkChapter));
        bindings.unbind(Action::MarkChapter);
        assert_eq!(desk.hears(press(), &bindings), Follows::Nothing);
        let stranger = Told::Pressed("format_disk".to_owned());
        assert_eq!(desk.hears(stranger, &bindings), Follows::Nothing);
    }

    #[test]
    fn a_refusal_is_remembered_and_what_is_no_refusal_is_not() {
        let says = |why| found().hears(Told::Over(why), &Bindings::default());
        assert_eq!(says(Failure::Refused), Follows::Remember(false));
        for why in [
            Failure::NoPortal,
            Failure::NotInstalled,
            Failure::Withdrawn,
            Failure::Failed(String::new()),
        ] {
            assert_eq!(says(why), Follows::Nothing, "the player said nothing");
        }
    }

    #[test]
    fn keys_that_are_changed_in_the_desktop_are_nothing_to_remember_anew() {
        let mut desk = found();
        let keys = |keys| Told::Given(vec![given("mark_chapter", Some(keys))]);
        desk.hears(keys("Meta+M"), &Bindings::default());
        assert_eq!(desk.hears(keys("Meta+C"), &Bindings::default()), Follows::Nothing);
        assert_eq!(desk.given(Action::MarkChapter), Some(Some("Meta+C")));
    }

    #[test]
    fn what_is_over_gives_nothing_any_more() {
        for over in [Told::Closed, Told::Asking, Told::Over(Failure::Failed("why".to_owned()))] {
            let mut desk = found();
            let all = vec![given("mark_chapter", None)];
            desk.hears(Told::Given(all), &Bindings::default());
            desk.hears(over, &Bindings::default());
            assert_eq!(desk.given(Action::MarkChapter), None);
        }
    }

    #[test]
    fn a_page_that_does_not_open_is_offered_no_more() {
        let mut desk = found();
        assert!(desk.configures());
        desk.hears(Told::NoPage, &Bindings::default());
        assert!(!desk.configures());
    }

    fn found() -> Desk {
        let mut desk = Desk::default();
        desk.hears(Told::Found { configures: true }, &Bindings::default());
        assert_eq!(desk.state(), DeskState::NotAsked);
        desk
    }

    fn given(id: &str, keys: Option<&str>) -> Given {
        Given { id: id.to_owned(), keys: keys.map(str::to_owned) }
    }
}
