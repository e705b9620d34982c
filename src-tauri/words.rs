//! What the shell itself says to a player: the tray's menu, and what a hotkey does
//! to a desktop that asks about it, which no page draws. Everything else is said by
//! the pages.

use std::env;

use overlay::hotkey::Action;

/// A language that there are words in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Spoken {
    English,
    German,
}

/// The words of one language.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Words {
    pub(crate) open: &'static str,
    pub(crate) overlay: &'static str,
    pub(crate) edit: &'static str,
    pub(crate) no_overlay: &'static str,
    pub(crate) hold: &'static str,
    pub(crate) let_go: &'static str,
    pub(crate) quit: &'static str,
    pub(crate) capturing: &'static str,
    pub(crate) waiting: &'static str,
    pub(crate) held: &'static str,
    pub(crate) incomplete: &'static str,
    pub(crate) trouble: &'static str,
    /// What a hotkey does, for a desktop that asks the player about it.
    pub(crate) toggle_overlay: &'static str,
    pub(crate) edit_overlay: &'static str,
    pub(crate) mark_chapter: &'static str,
    pub(crate) pause_upload: &'static str,
}

const ENGLISH: Words = Words {
    open: "Open Ringside",
    overlay: "Show or hide the overlay",
    edit: "Move the overlay",
    no_overlay: "Choose where the overlay shows…",
    hold: "Hold the upload back",
    let_go: "Send again from now on",
    quit: "Quit Ringside",
    capturing: "Ringside is ready",
    waiting: "Ringside: events wait to be sent",
    held: "Ringside: the upload is held back",
    incomplete: "Ringside: some events were never sent",
    trouble: "Ringside: something is wrong",
    toggle_overlay: "Show or hide the overlay",
    edit_overlay: "Move the overlay, or lock it",
    mark_chapter: "Mark a chapter",
    pause_upload: "Hold the upload back, or send again",
};

const GERMAN: Words = Words {
    open: "Ringside öffnen",
    overlay: "Overlay ein- oder ausblenden",
    edit: "Overlay verschieben",
    no_overlay: "Wählen, wo das Overlay erscheint …",
    hold: "Upload zurückhalten",
    let_go: "Ab jetzt wieder senden",
    quit: "Ringside beenden",
    capturing: "Ringside ist bereit",
    waiting: "Ringside: Ereignisse warten auf das Senden",
    held: "Ringside: der Upload ist zurückgehalten",
    incomplete: "Ringside: einige Ereignisse wurden nie gesendet",
    trouble: "Ringside: etwas stimmt nicht",
    toggle_overlay: "Overlay ein- oder ausblenden",
    edit_overlay: "Overlay verschieben oder festsetzen",
    mark_chapter: "Ein Kapitel markieren",
    pause_upload: "Upload zurückhalten oder wieder senden",
};

/// Where systems say their language, the strongest first.
const VARIABLES: [&str; 4] = ["LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"];

impl Words {
    /// What a hotkey does.
    pub(crate) fn of_action(&self, action: Action) -> &'static str {
        match action {
            Action::ToggleOverlay => self.toggle_overlay,
            Action::EditOverlay => self.edit_overlay,
            Action::MarkChapter => self.mark_chapter,
            Action::PauseUpload => self.pause_upload,
        }
    }
}

impl Spoken {
    /// What the environment asks for; English where it does not say.
    pub(crate) fn of_the_environment() -> Self {
        let said =
            VARIABLES.iter().find_map(|name| env::var(name).ok().filter(|it| !it.is_empty()));
        said.map_or(Self::English, |tag| Self::of_tag(&tag))
    }

    /// The language of a tag, such as `de-AT` or `de_DE.UTF-8`.
    pub(crate) fn of_tag(tag: &str) -> Self {
        let language = tag.split(['-', '_', '.', ':']).next().unwrap_or_default();
        if language.eq_ignore_ascii_case("de") { Self::German } else { Self::English }
    }

    /// Its words.
    pub(crate) fn words(self) -> &'static Words {
        match self {
            Self::English => &ENGLISH,
            Self::German => &GERMAN,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn german_has_every_word_and_none_is_english() {
        let said = |words: &Words| {
            [
                words.open,
                words.overlay,
                words.edit,
                words.no_overlay,
                words.hold,
                words.let_go,
                words.quit,
                words.capturing,
                words.waiting,
                words.held,
                words.incomplete,
                words.trouble,
                words.toggle_overlay,
                words.edit_overlay,
                words.mark_chapter,
                words.pause_upload,
            ]
        };
        for (german, english) in said(&GERMAN).into_iter().zip(said(&ENGLISH)) {
            assert!(!german.is_empty() && german != english, "{english}");
        }
    }

    #[test]
    fn a_tag_is_read_whatever_follows_the_language() {
        for tag in ["de", "de-AT", "de_DE.UTF-8", "de:en"] {
            assert_eq!(Spoken::of_tag(tag), Spoken::German, "{tag}");
        }
        for tag in ["en-GB", "C.UTF-8", "dena", ""] {
            assert_eq!(Spoken::of_tag(tag), Spoken::English, "{tag}");
        }
    }
}
