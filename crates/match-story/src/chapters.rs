//! A match as chapters for a video's description.

use std::{collections::BTreeSet, fmt};

use event_model::EventId;
use serde::{Deserialize, Serialize};

use crate::{KindWord, Mark, Part, Timeline, table::minutes_and_seconds};

/// Shortest chapter: video sites show none of a list in which one is shorter.
pub const CHAPTER_SECONDS_MIN: u64 = 10;

/// Fewest chapters: of fewer, video sites make none.
pub const CHAPTERS_MIN: usize = 3;

/// Which marks become chapters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct ChapterPick {
    /// Of these kinds.
    #[cfg_attr(feature = "specta", specta(type = Vec<String>))]
    pub kinds: BTreeSet<KindWord>,
    /// And of these players.
    pub whose: Whose,
}

/// Whose marks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Whose {
    /// Everybody's.
    Everybodys,
    /// Only those in which the player had a part.
    Yours,
}

/// Chapters, and what was left out of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct Chapters {
    /// The first at 0, each later than the one before.
    pub chapters: Vec<Chapter>,
    /// The same as text, a line each: `00:00 label`.
    pub text: String,
    /// Whether video sites take them.
    pub fitness: Fitness,
    /// Marks of the pick before the start: not in the video.
    pub before: u32,
    /// Marks of the pick that came too soon after a chapter to be another.
    pub too_close: u32,
}

/// One chapter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct Chapter {
    /// The mark that it is of.
    #[cfg_attr(feature = "specta", specta(type = String))]
    pub event_id: EventId,
    /// Seconds since the start of the video.
    pub at_s: u64,
    /// What it is called.
    pub label: String,
}

/// Whether video sites take the chapters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Fitness {
    /// There are [`CHAPTERS_MIN`] at least. The last must still be long enough: only
    /// the player knows how long the video is.
    Enough,
    /// There are fewer: a site shows the lines as plain text.
    TooFew,
}

/// The start is no mark of this timeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownMark(pub EventId);

impl fmt::Display for UnknownMark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "event {} is no mark of this match", self.0)
    }
}

impl std::error::Error for UnknownMark {}

/// The chapters of a video that begins with the mark `start`, which is the first
/// of them whatever its kind. `label` says in the player's language what a mark is.
///
/// Where two marks are closer than a chapter may be short, the earlier one stays.
///
/// # Errors
/// Where `start` is no mark of the timeline.
pub fn chapters(
    timeline: &Timeline,
    start: EventId,
    pick: &ChapterPick,
    label: impl Fn(&Mark) -> String,
) -> Result<Chapters, UnknownMark> {
    let is_start = |mark: &Mark| mark.event_id == start;
    let index = timeline.marks.iter().position(is_start).ok_or(UnknownMark(start))?;
    let (before, [first, after @ ..]) = timeline.marks.split_at(index) else {
        return Err(UnknownMark(start));
    };
    let mut chapters = vec![Chapter::of(first, 0, &label)];
    let mut too_close = 0;
    for mark in after.iter().filter(|mark| pick.takes(mark)) {
        let at_s = mark.elapsed_ms.saturating_sub(first.elapsed_ms) / 1_000;
        let former_s = chapters.last().map_or(0, |chapter| chapter.at_s);
        if at_s - former_s < CHAPTER_SECONDS_MIN {
            too_close += 1;
        } else {
            chapters.push(Chapter::of(mark, at_s, &label));
        }
    }
    let before = before.iter().filter(|mark| pick.takes(mark)).count();
    Ok(Chapters {
        text: chapters.iter().map(Chapter::line).collect(),
        fitness: if chapters.len() < CHAPTERS_MIN { Fitness::TooFew } else { Fitness::Enough },
        chapters,
        before: u32::try_from(before).unwrap_or(u32::MAX),
        too_close,
    })
}

impl ChapterPick {
    fn takes(&self, mark: &Mark) -> bool {
        let is_theirs = match self.whose {
            Whose::Everybodys => true,
            Whose::Yours => mark.part != Part::Watched,
        };
        is_theirs && self.kinds.contains(&mark.kind)
    }
}

impl Chapter {
    fn of(mark: &Mark, at_s: u64, label: impl Fn(&Mark) -> String) -> Self {
        let said = one_line(&label(mark));
        // A line without a name is no chapter.
        let label = if said.is_empty() { mark.kind.to_string() } else { said };
        Self { event_id: mark.event_id, at_s, label }
    }

    fn line(&self) -> String {
        format!("{} {}\n", minutes_and_seconds(self.at_s), self.label)
    }
}

/// Names may hold anything, and a line break would end the chapter.
fn one_line(label: &str) -> String {
    let breaks = |c: char| c.is_whitespace() || c.is_control();
    label.split(breaks).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}
