//! A hotkey as other programs are told it.

use super::{Accelerator, Key, Modifier};

impl Accelerator {
    /// As the shortcuts specification of freedesktop.org (0.1, 2022) writes it for
    /// a desktop's portal: `CTRL+SHIFT+F9`. Keys are named there for what they
    /// write, by xkbcommon, and here for where they lie; so on another than a US
    /// keyboard the desktop may understand another key. It is a wish in any case.
    #[must_use]
    pub fn portal_trigger(self) -> String {
        let held = Modifier::ALL.into_iter().filter(|it| self.modifiers().has(*it));
        let mut trigger: String = held.flat_map(|it| [portal_modifier(it), "+"]).collect();
        trigger.push_str(&keysym(self.key()));
        trigger
    }
}

fn portal_modifier(modifier: Modifier) -> &'static str {
    match modifier {
        Modifier::Ctrl => "CTRL",
        Modifier::Alt => "ALT",
        Modifier::Shift => "SHIFT",
        Modifier::Super => "LOGO",
    }
}

/// The key's name in `xkbcommon-keysyms.h`, without what all of them begin with.
fn keysym(key: Key) -> String {
    if (Key::A..=Key::Z).contains(&key) {
        // A large letter is what Shift makes of the key.
        return key.name().to_ascii_lowercase();
    }
    if (Key::Num0..=Key::Num9).contains(&key) {
        return key.name().replace("Num", "KP_");
    }
    other_than_its_name(key).unwrap_or(key.name()).to_owned()
}

fn other_than_its_name(key: Key) -> Option<&'static str> {
    let (_, keysym) = OTHER_NAMES.iter().find(|(other, _)| *other == key)?;
    Some(keysym)
}

/// The keys that xkbcommon names otherwise than we do.
const OTHER_NAMES: &[(Key, &str)] = &[
    (Key::Backquote, "grave"),
    (Key::Minus, "minus"),
    (Key::Equal, "equal"),
    (Key::BracketLeft, "bracketleft"),
    (Key::BracketRight, "bracketright"),
    (Key::Backslash, "backslash"),
    (Key::Semicolon, "semicolon"),
    (Key::Quote, "apostrophe"),
    (Key::Comma, "comma"),
    (Key::Period, "period"),
    (Key::Slash, "slash"),
    (Key::Space, "space"),
    (Key::Enter, "Return"),
    (Key::Backspace, "BackSpace"),
    (Key::PageUp, "Page_Up"),
    (Key::PageDown, "Page_Down"),
    (Key::NumAdd, "KP_Add"),
    (Key::NumSubtract, "KP_Subtract"),
    (Key::NumMultiply, "KP_Multiply"),
    (Key::NumDivide, "KP_Divide"),
    (Key::NumDecimal, "KP_Decimal"),
    (Key::NumEnter, "KP_Enter"),
    (Key::ScrollLock, "Scroll_Lock"),
    (Key::PrintScreen, "Print"),
];
