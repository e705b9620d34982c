//! One line of Power.log: when, who says it, and what.

/// A line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Line<'l> {
    /// `HH:MM:SS.fffffff`, in the zone of the player's PC.
    pub(super) time: &'l str,
    pub(super) spoken: Spoken<'l>,
}

/// Who says what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Spoken<'l> {
    /// What the server sent. Blocks lie in each other, and their lines further right.
    Power {
        content: &'l str,
        is_outermost: bool,
    },
    /// What game it is, and who plays it.
    Game(&'l str),
    /// What a player may choose, or chose.
    Choice(&'l str),
    /// The game's state says something else that no event is made of.
    Other,
    /// What the game makes of it on the screen, and the like.
    Aside,
    Watching(Watching),
    /// The file has the size that the game gives it at most.
    Truncated,
    /// Nobody that this version knows; the name for the counts of drift.
    Unknown(&'l str),
}

/// Somebody else's game is watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Watching {
    Begins,
    Ends,
}

/// What stands for a speaker whose name is none of a program's.
const NAMELESS: &str = "(a line of no known kind)";

/// Longest name of a speaker that is counted by itself.
const NAME_BYTES_MAX: usize = 80;

/// Who draws on the screen what the game's state said before.
const ASIDES: [&str; 6] = [
    "PowerTaskList",
    "PowerProcessor",
    "PowerSpellController",
    "ChoiceCardMgr",
    "MulliganManager",
    "GameEntity",
];

/// What the game's state says besides.
const OTHERS: [&str; 6] = [
    "DebugPrintPowerList",
    "DebugPrintOptions",
    "DebugPrintOption",
    "SendOption",
    "SendChoices",
    "DebugPrintChoices",
];

impl<'l> Line<'l> {
    /// Reads a line; nothing where it has not the form that all have: a letter for the
    /// level, the time of day, and the rest.
    pub(super) fn read(text: &'l str) -> Option<Self> {
        let (level, rest) = text.split_once(' ')?;
        let (time, rest) = rest.split_once(' ')?;
        let is_level = level.len() == 1 && level.bytes().all(|byte| byte.is_ascii_uppercase());
        let is_time = time.len() >= "0:00:00".len()
            && time.bytes().all(|byte| byte.is_ascii_digit() || byte == b':' || byte == b'.');
        (is_level && is_time).then(|| Self { time, spoken: Spoken::read(rest) })
    }
}

impl<'l> Spoken<'l> {
    fn read(text: &'l str) -> Self {
        let Some((speaker, content)) = text.split_once("() - ") else {
            return Self::of_nobody(text);
        };
        let (object, function) = speaker.split_once('.').unwrap_or((speaker, ""));
        if ASIDES.contains(&object) {
            return Self::Aside;
        }
        let trimmed = content.trim_start();
        match (object, function) {
            ("GameState", "DebugPrintPower") => {
                Self::Power { content: trimmed, is_outermost: trimmed.len() == content.len() }
            }
            ("GameState", "DebugPrintGame") => Self::Game(trimmed),
            ("GameState", "DebugPrintEntityChoices" | "DebugPrintEntitiesChosen") => {
                Self::Choice(trimmed)
            }
            ("GameState", function) if OTHERS.contains(&function) => Self::Other,
            _ => Self::Unknown(if is_plain(speaker) { speaker } else { NAMELESS }),
        }
    }

    fn of_nobody(text: &'l str) -> Self {
        if text.contains("Begin Spectating") || text.contains("Start Spectator Game") {
            Self::Watching(Watching::Begins)
        } else if text.contains("End Spectator") {
            Self::Watching(Watching::Ends)
        } else if text.contains("Truncating log") {
            Self::Truncated
        } else {
            Self::Unknown(NAMELESS)
        }
    }
}

/// A name as programs have it: what is none may be a player's.
fn is_plain(name: &str) -> bool {
    let is_of_a_name = |byte: u8| byte.is_ascii_alphanumeric() || b"._".contains(&byte);
    name.len() <= NAME_BYTES_MAX && name.bytes().all(is_of_a_name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spoken(text: &str) -> Spoken<'_> {
        Line::read(text).unwrap().spoken
    }

    #[test]
    fn a_line_has_a_level_a_time_and_a_speaker() {
        let line = Line::read("D 16:54:53.5335830 GameState.DebugPrintPower() -     TAG_CHANGE x");
        let spoken = Spoken::Power { content: "TAG_CHANGE x", is_outermost: false };
        assert_eq!(line, Some(Line { time: "16:54:53.5335830", spoken }));
        for text in ["", "D", "D 16:54:53", "tag=1", "DD 1:00:00.0 x() - y", "D noon x() - y"] {
            assert_eq!(Line::read(text), None, "{text:?}");
        }
    }

    #[test]
    fn what_is_printed_again_is_an_aside() {
        let again = "D 16:54:53.5 PowerTaskList.DebugPrintPower() -     CREATE_GAME";
        assert_eq!(spoken(again), Spoken::Aside);
    }

    #[test]
    fn who_is_not_known_is_counted_by_a_programs_name_alone() {
        assert_eq!(spoken("D 1:00:00.5 New.Thing() - x"), Spoken::Unknown("New.Thing"));
        assert_eq!(spoken("D 1:00:00.5 Ana#1 says() - x"), Spoken::Unknown(NAMELESS));
        assert_eq!(spoken("D 1:00:00.5 Ana#1 was here"), Spoken::Unknown(NAMELESS));
    }

    #[test]
    fn watching_and_the_end_of_the_file_are_told_between_signs() {
        let signs = "==================";
        let begins = format!("D 10:24:47.2 {signs} Begin Spectating 1st player {signs}");
        assert_eq!(spoken(&begins), Spoken::Watching(Watching::Begins));
        let ends = format!("D 10:24:47.2 {signs} End Spectator Game {signs}");
        assert_eq!(spoken(&ends), Spoken::Watching(Watching::Ends));
        let full = "D 10:24:47.2 Truncating log, which has reached the size limit of 10000KB";
        assert_eq!(spoken(full), Spoken::Truncated);
    }
}
