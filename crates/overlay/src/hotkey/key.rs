//! The keys that a hotkey can be made of.

/// Names each key once: as it is written, and as else it may be read.
macro_rules! keys {
    ($($key:ident $written:literal $(| $alias:literal)*,)+) => {
        /// A key, by where it lies on a US keyboard.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Key {
            $(#[doc = concat!("`", $written, "`")] $key,)+
        }

        impl Key {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$key,)+];

            /// Its name in the normal form.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$key => $written,)+
                }
            }

            /// The key of a name, in whatever case.
            pub(super) fn named(name: &str) -> Option<Self> {
                let is = |other: &str| name.eq_ignore_ascii_case(other);
                $(if is($written) $(|| is($alias))* {
                    return Some(Self::$key);
                })+
                None
            }
        }
    };
}

keys! {
    A "A" | "KeyA", B "B" | "KeyB", C "C" | "KeyC", D "D" | "KeyD", E "E" | "KeyE",
    F "F" | "KeyF", G "G" | "KeyG", H "H" | "KeyH", I "I" | "KeyI", J "J" | "KeyJ",
    K "K" | "KeyK", L "L" | "KeyL", M "M" | "KeyM", N "N" | "KeyN", O "O" | "KeyO",
    P "P" | "KeyP", Q "Q" | "KeyQ", R "R" | "KeyR", S "S" | "KeyS", T "T" | "KeyT",
    U "U" | "KeyU", V "V" | "KeyV", W "W" | "KeyW", X "X" | "KeyX", Y "Y" | "KeyY",
    Z "Z" | "KeyZ",
    Digit0 "0" | "Digit0", Digit1 "1" | "Digit1", Digit2 "2" | "Digit2",
    Digit3 "3" | "Digit3", Digit4 "4" | "Digit4", Digit5 "5" | "Digit5",
    Digit6 "6" | "Digit6", Digit7 "7" | "Digit7", Digit8 "8" | "Digit8",
    Digit9 "9" | "Digit9",
    F1 "F1", F2 "F2", F3 "F3", F4 "F4", F5 "F5", F6 "F6", F7 "F7", F8 "F8", F9 "F9",
    F10 "F10", F11 "F11", F12 "F12", F13 "F13", F14 "F14", F15 "F15", F16 "F16", F17 "F17",
    F18 "F18", F19 "F19", F20 "F20", F21 "F21", F22 "F22", F23 "F23", F24 "F24",
    Backquote "Backquote" | "`", Minus "Minus" | "-", Equal "Equal" | "=",
    BracketLeft "BracketLeft" | "[", BracketRight "BracketRight" | "]",
    Backslash "Backslash" | "\\", Semicolon "Semicolon" | ";", Quote "Quote" | "'",
    Comma "Comma" | ",", Period "Period" | ".", Slash "Slash" | "/",
    Space "Space", Tab "Tab", Enter "Enter" | "Return", Backspace "Backspace",
    Escape "Escape" | "Esc", Insert "Insert" | "Ins", Delete "Delete" | "Del",
    Home "Home", End "End", PageUp "PageUp", PageDown "PageDown",
    Up "Up" | "ArrowUp", Down "Down" | "ArrowDown", Left "Left" | "ArrowLeft",
    Right "Right" | "ArrowRight",
    Num0 "Num0" | "Numpad0", Num1 "Num1" | "Numpad1", Num2 "Num2" | "Numpad2",
    Num3 "Num3" | "Numpad3", Num4 "Num4" | "Numpad4", Num5 "Num5" | "Numpad5",
    Num6 "Num6" | "Numpad6", Num7 "Num7" | "Numpad7", Num8 "Num8" | "Numpad8",
    Num9 "Num9" | "Numpad9",
    NumAdd "NumAdd" | "NumpadAdd", NumSubtract "NumSubtract" | "NumpadSubtract",
    NumMultiply "NumMultiply" | "NumpadMultiply", NumDivide "NumDivide" | "NumpadDivide",
    NumDecimal "NumDecimal" | "NumpadDecimal", NumEnter "NumEnter" | "NumpadEnter",
    Pause "Pause", ScrollLock "ScrollLock", PrintScreen "PrintScreen",
}

impl Key {
    /// Whether it may be a hotkey on its own, because it writes nothing and
    /// moves nothing in any program.
    #[must_use]
    pub fn is_free_alone(self) -> bool {
        (Self::F1..=Self::F24).contains(&self) || matches!(self, Self::Pause | Self::ScrollLock)
    }

    /// Whether it writes a character, on this or that keyboard.
    pub(super) fn is_writing(self) -> bool {
        (Self::A..=Self::Digit9).contains(&self) || (Self::Backquote..=Self::Slash).contains(&self)
    }
}
