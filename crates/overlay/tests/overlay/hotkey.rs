//! Hotkeys: one form, no clash, and a word about who else wants them.

use std::collections::BTreeSet;

use overlay::hotkey::{
    ACCELERATOR_BYTES_MAX, Accelerator, Action, Bindings, Concern, GameWithKeys, Key, Modifier,
    Modifiers, NotAHotkey, Refused, System, concerns, is_reserved,
};
use proptest::prelude::*;

#[test]
fn whatever_is_understood_is_written_in_one_form() {
    for (text, normal) in [
        ("Ctrl+Shift+F9", "Ctrl+Shift+F9"),
        ("shift + CONTROL + f9", "Ctrl+Shift+F9"),
        ("F9+Ctrl", "Ctrl+F9"),
        ("Strg+Umschalt+F9", "Ctrl+Shift+F9"),
        ("Win+Alt+KeyQ", "Alt+Super+Q"),
        ("Ctrl+ArrowUp", "Ctrl+Up"),
        ("Ctrl+Numpad7", "Ctrl+Num7"),
        ("alt+`", "Alt+Backquote"),
        ("Alt+Esc", "Alt+Escape"),
        ("Pause", "Pause"),
    ] {
        assert_eq!(text.parse::<Accelerator>().map(String::from), Ok(normal.to_owned()), "{text}");
    }
}

#[test]
fn what_is_no_hotkey_is_refused_with_its_reason() {
    let long = "F9+".repeat(ACCELERATOR_BYTES_MAX);
    for (text, why) in [
        ("", NotAHotkey::NoKey),
        ("Ctrl+Shift", NotAHotkey::NoKey),
        ("Ctrl+", NotAHotkey::NoKey),
        ("Ctrl+A+B", NotAHotkey::SeveralKeys),
        ("F9+F9", NotAHotkey::SeveralKeys),
        ("Ctrl+F25", NotAHotkey::UnknownKey("F25".to_owned())),
        ("Ctrl+ä", NotAHotkey::UnknownKey("ä".to_owned())),
        (long.as_str(), NotAHotkey::TooLong),
    ] {
        assert_eq!(text.parse::<Accelerator>(), Err(why), "{text}");
    }
}

#[test]
fn no_hotkey_takes_a_letter_from_a_player_who_writes() {
    for (text, key) in
        [("A", Key::A), ("Shift+A", Key::A), ("7", Key::Digit7), ("Space", Key::Space)]
    {
        assert_eq!(text.parse::<Accelerator>(), Err(NotAHotkey::NeedsCtrlOrAlt(key)));
    }
    for key in ["Enter", "Tab", "Escape", "Up", "Shift+Delete", "Num5", "Comma"] {
        assert!(key.parse::<Accelerator>().is_err(), "{key} is used in every program");
    }
    for key in ["Ctrl+A", "Alt+7", "F8", "Shift+F8", "ScrollLock"] {
        assert!(key.parse::<Accelerator>().is_ok(), "{key}");
    }
}

#[test]
fn on_the_first_day_no_game_and_no_system_wants_our_keys() {
    let bindings = Bindings::default();
    let bound: Vec<_> = Action::ALL.into_iter().filter_map(|action| bindings.of(action)).collect();
    assert_eq!(bound.len(), 3, "pausing the upload has none");
    for accelerator in bound {
        assert_eq!(concerns(accelerator), [], "{accelerator}");
        for system in [System::Windows, System::Linux] {
            assert!(!is_reserved(accelerator, system), "{accelerator} on {system:?}");
        }
    }
}

#[test]
fn two_actions_never_have_the_same_hotkey() {
    let mut bindings = Bindings::default();
    let taken = key("Ctrl+Shift+F9");
    let before = bindings.clone();
    let refused = bindings.bind(Action::PauseUpload, taken, System::Windows);
    assert_eq!(refused, Err(Refused::UsedFor(Action::ToggleOverlay)));
    assert_eq!(bindings, before, "and nothing changes");
    assert_eq!(bindings.bind(Action::ToggleOverlay, taken, System::Windows), Ok(()), "its own");
    bindings.unbind(Action::ToggleOverlay);
    assert_eq!(bindings.bind(Action::PauseUpload, taken, System::Windows), Ok(()));
    assert_eq!(bindings.action_of(taken), Some(Action::PauseUpload));
}

#[test]
fn what_a_system_keeps_for_itself_is_refused_there() {
    use System::{Linux, Windows};
    for (text, windows, linux) in [
        ("F12", true, false),
        ("Ctrl+F12", true, false),
        ("Super+F9", true, false),
        ("Ctrl+PrintScreen", true, false),
        ("Alt+F4", true, false),
        ("Alt+Shift+F4", false, false),
        ("Ctrl+Shift+Escape", true, false),
        ("Ctrl+Alt+Delete", true, true),
        ("Ctrl+Alt+F2", false, true),
        ("Ctrl+Alt+Shift+F2", false, false),
        ("Ctrl+Alt+Backspace", false, true),
    ] {
        assert_eq!(is_reserved(key(text), Windows), windows, "{text} on Windows");
        assert_eq!(is_reserved(key(text), Linux), linux, "{text} on Linux");
    }
    let refused = Bindings::default().bind(Action::EditOverlay, key("F12"), Windows);
    assert_eq!(refused, Err(Refused::Reserved(Windows)));
}

#[test]
fn what_a_game_does_at_a_hotkey_is_said_before() {
    let (league, cs2) =
        (Concern::GameUses(GameWithKeys::League), Concern::GameUses(GameWithKeys::Cs2));
    for (text, said) in [
        ("F3", vec![league, cs2]),
        ("Ctrl+F3", vec![cs2]),
        ("Ctrl+Q", vec![league, cs2]),
        ("Ctrl+Shift+F10", vec![cs2]),
        ("Ctrl+Alt+Q", vec![cs2, Concern::WritesWithAltGr]),
        ("Ctrl+Alt+Minus", vec![Concern::WritesWithAltGr]),
        ("Ctrl+Alt+Home", vec![]),
        ("Alt+Minus", vec![]),
    ] {
        assert_eq!(concerns(key(text)), said, "{text}");
    }
}

#[test]
fn a_settings_file_keeps_what_was_chosen_and_what_is_off() {
    let mut bindings = Bindings::default();
    bindings.unbind(Action::MarkChapter);
    bindings.bind(Action::PauseUpload, key("Alt+F9"), System::Linux).expect("it is free");
    let text = serde_json::to_string(&bindings).expect("bindings can be written");
    assert_eq!(
        text,
        r#"{"toggle_overlay":"Ctrl+Shift+F9","edit_overlay":"Ctrl+Shift+F8","mark_chapter":"","pause_upload":"Alt+F9"}"#
    );
    assert_eq!(serde_json::from_str::<Bindings>(&text).ok(), Some(bindings));
}

#[test]
fn what_a_settings_file_leaves_out_is_as_on_the_first_day_if_that_is_free() {
    let read = |text| serde_json::from_str::<Bindings>(text).expect("it can be read");
    assert_eq!(read("{}"), Bindings::default());
    let moved = read(r#"{"pause_upload":"Ctrl+Shift+F9"}"#);
    assert_eq!(moved.of(Action::ToggleOverlay), None, "the player's choice goes before");
    assert_eq!(moved.of(Action::EditOverlay), Some(key("Ctrl+Shift+F8")));
}

#[test]
fn a_settings_file_with_a_clash_or_a_letter_is_told_why() {
    let told = |text| serde_json::from_str::<Bindings>(text).map_err(|error| error.to_string());
    let clash = told(r#"{"toggle_overlay":"F9","mark_chapter":"f9"}"#);
    assert!(clash.is_err_and(|text| text.contains("ToggleOverlay and MarkChapter")));
    let letter = told(r#"{"toggle_overlay":"T"}"#);
    assert!(letter.is_err_and(|text| text.contains("T is a hotkey only together")));
    assert!(told(r#"{"fly":"F9"}"#).is_err(), "there is no such action");
}

#[test]
fn every_key_has_a_name_of_its_own() {
    let names: BTreeSet<_> = Key::ALL.iter().map(|key| key.name().to_ascii_lowercase()).collect();
    assert_eq!(names.len(), Key::ALL.len());
}

proptest! {
    #[test]
    fn what_is_written_is_read_as_the_same(accelerator in any_accelerator()) {
        let text = accelerator.to_string();
        prop_assert!(text.len() <= ACCELERATOR_BYTES_MAX);
        prop_assert_eq!(text.parse::<Accelerator>(), Ok(accelerator));
        prop_assert_eq!(text.to_lowercase().parse::<Accelerator>(), Ok(accelerator));
    }

    #[test]
    fn no_text_is_too_wild_to_be_refused(text in "\\PC{0,80}|([A-Za-z0-9]{0,6}\\+){0,5}[A-Z]") {
        if let Ok(accelerator) = text.parse::<Accelerator>() {
            prop_assert_eq!(accelerator.to_string().parse::<Accelerator>(), Ok(accelerator));
        }
    }

    #[test]
    fn whatever_is_bound_no_hotkey_is_there_twice(
        changes in proptest::collection::vec((0_usize..4, any_accelerator(), any::<bool>()), 0..40),
    ) {
        let mut bindings = Bindings::default();
        for (action, accelerator, on_windows) in changes {
            let on = if on_windows { System::Windows } else { System::Linux };
            let action = Action::ALL[action];
            match bindings.bind(action, accelerator, on) {
                Ok(()) => prop_assert_eq!(bindings.action_of(accelerator), Some(action)),
                Err(Refused::UsedFor(other)) => {
                    prop_assert_eq!(bindings.of(other), Some(accelerator));
                }
                Err(Refused::Reserved(_)) => prop_assert!(is_reserved(accelerator, on)),
            }
            let bound: Vec<_> = Action::ALL.into_iter().filter_map(|it| bindings.of(it)).collect();
            let different: BTreeSet<_> = bound.iter().collect();
            prop_assert_eq!(different.len(), bound.len());
        }
    }
}

#[test]
fn a_portal_is_told_keys_as_freedesktop_org_writes_them() {
    for (hotkey, trigger) in [
        ("Ctrl+Shift+F9", "CTRL+SHIFT+F9"),
        ("Ctrl+Alt+Q", "CTRL+ALT+q"),
        ("Super+Enter", "LOGO+Return"),
        ("Ctrl+7", "CTRL+7"),
        ("Ctrl+Num7", "CTRL+KP_7"),
        ("Ctrl+NumAdd", "CTRL+KP_Add"),
        ("Ctrl+Backquote", "CTRL+grave"),
        ("Pause", "Pause"),
    ] {
        assert_eq!(key(hotkey).portal_trigger(), trigger);
    }
}

#[test]
fn a_portal_is_told_every_key_by_a_name_of_its_own() {
    let held = Modifiers::NONE.with(Modifier::Ctrl);
    let told = Key::ALL.iter().map(|key| Accelerator::new(held, *key).unwrap().portal_trigger());
    let told: BTreeSet<_> = told.collect();
    assert_eq!(told.len(), Key::ALL.len(), "no two keys are one");
    for trigger in told {
        let name = trigger.strip_prefix("CTRL+").expect("it is held");
        assert!(name.chars().all(|it| it.is_ascii_alphanumeric() || it == '_'), "{trigger}");
    }
}

/// From few keys, so that they clash.
fn any_accelerator() -> impl Strategy<Value = Accelerator> {
    let few = prop_oneof![Just(Key::F9), Just(Key::F12), Just(Key::Q)];
    let any_key = prop_oneof![few, proptest::sample::select(Key::ALL)];
    let held = proptest::sample::subsequence(Modifier::ALL.to_vec(), 0..=4);
    (any_key, held).prop_filter_map("a letter alone is none", |(key, held)| {
        let held = held.into_iter().fold(Modifiers::NONE, Modifiers::with);
        Accelerator::new(held, key).ok()
    })
}

fn key(text: &str) -> Accelerator {
    text.parse().expect("it is a hotkey")
}
