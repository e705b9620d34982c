//! What is asked of a desktop.

/// A hotkey to ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// What a press is told by; the desktop remembers the keys under it.
    pub id: String,
    /// What it does, in the player's language: the desktop shows it.
    pub description: String,
    /// The keys that would be liked, as the shortcuts specification of
    /// freedesktop.org writes them: `CTRL+SHIFT+F9`.
    pub preferred: Option<String>,
}
