//! The keys that are held.

/// A key that is held while another is pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Modifier {
    /// Control.
    Ctrl,
    /// Alt, but not `AltGr`.
    Alt,
    /// Shift.
    Shift,
    /// The Windows key.
    Super,
}

/// Any number of modifiers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Modifiers(u8);

impl Modifier {
    /// In the order of the normal form.
    pub const ALL: [Self; 4] = [Self::Ctrl, Self::Alt, Self::Shift, Self::Super];

    /// Its name in the normal form.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Ctrl => "Ctrl",
            Self::Alt => "Alt",
            Self::Shift => "Shift",
            Self::Super => "Super",
        }
    }

    /// The modifier of a name, in whatever case; a German keyboard's names too.
    pub(super) fn named(name: &str) -> Option<Self> {
        match name.to_ascii_lowercase().as_str() {
            "ctrl" | "control" | "strg" => Some(Self::Ctrl),
            "alt" | "option" => Some(Self::Alt),
            "shift" | "umschalt" => Some(Self::Shift),
            "super" | "win" | "windows" | "meta" | "cmd" | "command" => Some(Self::Super),
            _ => None,
        }
    }

    fn bit(self) -> u8 {
        match self {
            Self::Ctrl => 1,
            Self::Alt => 2,
            Self::Shift => 4,
            Self::Super => 8,
        }
    }
}

impl Modifiers {
    /// None is held.
    pub const NONE: Self = Self(0);

    /// These and this one.
    #[must_use]
    pub fn with(self, modifier: Modifier) -> Self {
        Self(self.0 | modifier.bit())
    }

    /// Whether this one is among them.
    #[must_use]
    pub fn has(self, modifier: Modifier) -> bool {
        self.0 & modifier.bit() != 0
    }

    /// Exactly these.
    pub(super) fn of(modifiers: &[Modifier]) -> Self {
        modifiers.iter().fold(Self::NONE, |all, modifier| all.with(*modifier))
    }
}
