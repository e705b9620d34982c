//! A match as chapters for a video's description.

use std::{collections::BTreeSet, fmt};

use event_model::{EventId, WallTime};
use serde::{Deserialize, Serialize};

use crate::{KindWord, Mark, Part, Timeline, table::minutes_and_seconds};

/// Shortest chapter: video sites show none of a list in which one is shorter.
pub const CHAPTER_SECONDS_MIN: u64 = 10;

/// What a marked moment is called where the page has no word for it.
const MARKED: &str = "marked";

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

/// A moment that the player marked while they played. Each becomes a chapter, whatever
/// the pick.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OwnMark {
    /// When it was marked, on this PC's clock.
    pub seen: WallTime,
    /// What the game's own clock showed, where it has one.
    pub match_clock_ms: Option<i64>,
}

/// What the player marked, and how the page calls it.
#[derive(Debug, Clone, Copy, Default)]
pub struct OwnMarks<'m> {
    /// In any order.
    pub marks: &'m [OwnMark],
    /// In the player's language.
    pub label: &'m str,
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
    /// Marks of the pick, and moments that the player marked, before the start: not in
    /// the video.
    pub before: u32,
    /// Marks of the pick that came too soon after a chapter to be another.
    pub too_close: u32,
}

/// One chapter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct Chapter {
    /// The event that it is of; absent where the player marked a moment.
    #[cfg_attr(feature = "specta", specta(type = Option<String>))]
    pub event_id: Option<EventId>,
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
/// Where two marks are closer than a chapter may be short, the earlier one stays. A
/// moment that the player marked is never lost to that: the chapter that it is too close
/// to says that it is marked.
///
/// # Errors
/// Where `start` is no mark of the timeline.
pub fn chapters(
    timeline: &Timeline,
    start: EventId,
    pick: &ChapterPick,
    own: OwnMarks<'_>,
    label: impl Fn(&Mark) -> String,
) -> Result<Chapters, UnknownMark> {
    let is_start = |mark: &Mark| mark.event_id == start;
    let index = timeline.marks.iter().position(is_start).ok_or(UnknownMark(start))?;
    let (before, [first, after @ ..]) = timeline.marks.split_at(index) else {
        return Err(UnknownMark(start));
    };
    let (own_before, own_after) = own.split_at(timeline, first);
    let of_events = after.iter().filter(|mark| pick.takes(mark)).map(Spot::of);
    let mut spots: Vec<_> = of_events.chain(own_after).collect();
    spots.sort_by_key(|spot| spot.filmed_ms);
    let mut made = Made { chapters: vec![Chapter::of(first, 0, &label)], too_close: 0 };
    for spot in spots {
        let at_s = spot.filmed_ms.saturating_sub(first.filmed_ms) / 1_000;
        match spot.mark {
            Some(mark) => made.take(Chapter::of(mark, at_s, &label)),
            None => made.take_own(Chapter::marked(at_s, own.label)),
        }
    }
    let Made { chapters, too_close } = made;
    let before = before.iter().filter(|mark| pick.takes(mark)).count() + own_before;
    Ok(Chapters {
        text: chapters.iter().map(Chapter::line).collect(),
        fitness: if chapters.len() < CHAPTERS_MIN { Fitness::TooFew } else { Fitness::Enough },
        chapters,
        before: u32::try_from(before).unwrap_or(u32::MAX),
        too_close,
    })
}

/// What may become a chapter.
struct Spot<'t> {
    filmed_ms: u64,
    /// Absent where the player marked the moment.
    mark: Option<&'t Mark>,
}

impl<'t> Spot<'t> {
    fn of(mark: &'t Mark) -> Self {
        Self { filmed_ms: mark.filmed_ms, mark: Some(mark) }
    }
}

impl OwnMarks<'_> {
    /// How many lie before the mark `start`, and those that do not.
    fn split_at(self, timeline: &Timeline, start: &Mark) -> (usize, Vec<Spot<'static>>) {
        let filmed = self.marks.iter().map(|own| own.filmed_ms(&timeline.marks));
        let (before, after): (Vec<_>, Vec<_>) =
            filmed.partition(|filmed_ms| *filmed_ms < start.filmed_ms);
        let spots = after.into_iter().map(|filmed_ms| Spot { filmed_ms, mark: None });
        (before.len(), spots.collect())
    }
}

impl OwnMark {
    /// Time of a video since the first mark, as [`Mark::filmed_ms`] counts it: between the
    /// marks before and behind it on the game's clock where both show one, and from what
    /// this PC saw last before. Only a pause leaves the clock a choice.
    fn filmed_ms(&self, marks: &[Mark]) -> u64 {
        let seen_ms = self.filmed_as_seen(marks);
        let filmed_ms = match self.match_clock_ms {
            Some(clock_ms) => Between::of(clock_ms, marks).hold(seen_ms),
            None => seen_ms,
        };
        u64::try_from(filmed_ms).unwrap_or(0)
    }

    fn filmed_as_seen(&self, marks: &[Mark]) -> i64 {
        let before = marks.iter().filter(|mark| mark.seen <= self.seen);
        let Some(near) = before.max_by_key(|mark| mark.seen).or(marks.first()) else { return 0 };
        let since_ms = self.seen.unix_ms().saturating_sub(near.seen.unix_ms());
        signed(near.filmed_ms).saturating_add(since_ms)
    }
}

/// From where to where of a video a time on the game's clock can lie.
struct Between {
    from_ms: Option<i64>,
    to_ms: Option<i64>,
}

impl Between {
    fn of(clock_ms: i64, marks: &[Mark]) -> Self {
        let told = marks.iter().filter_map(|mark| Some((mark.match_clock_ms?, mark.filmed_ms)));
        let (before, behind): (Vec<_>, Vec<_>) = told.partition(|(at_ms, _)| *at_ms <= clock_ms);
        let there = |(at_ms, filmed_ms): (i64, u64)| {
            signed(filmed_ms).saturating_add(clock_ms.saturating_sub(at_ms))
        };
        Self {
            from_ms: before.into_iter().map(there).max(),
            to_ms: behind.into_iter().map(there).min(),
        }
    }

    fn hold(&self, ms: i64) -> i64 {
        let from_ms = self.from_ms.map_or(ms, |from_ms| ms.max(from_ms));
        self.to_ms.map_or(from_ms, |to_ms| from_ms.min(to_ms))
    }
}

fn signed(ms: u64) -> i64 {
    i64::try_from(ms).unwrap_or(i64::MAX)
}

/// The chapters so far: the first is there from the beginning.
struct Made {
    chapters: Vec<Chapter>,
    too_close: u32,
}

impl Made {
    fn take(&mut self, chapter: Chapter) {
        if self.too_close_to(&chapter).is_some() {
            self.too_close += 1;
        } else {
            self.chapters.push(chapter);
        }
    }

    fn take_own(&mut self, chapter: Chapter) {
        match self.too_close_to(&chapter) {
            Some(former) => former.add(&chapter.label),
            None => self.chapters.push(chapter),
        }
    }

    /// The chapter before this one, where that is too close.
    fn too_close_to(&mut self, chapter: &Chapter) -> Option<&mut Chapter> {
        let at_s = chapter.at_s;
        let former = self.chapters.last_mut();
        former.filter(|former| at_s.saturating_sub(former.at_s) < CHAPTER_SECONDS_MIN)
    }
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
        Self { event_id: Some(mark.event_id), at_s, label }
    }

    fn marked(at_s: u64, label: &str) -> Self {
        let said = one_line(label);
        let label = if said.is_empty() { MARKED.to_owned() } else { said };
        Self { event_id: None, at_s, label }
    }

    /// Says that the player marked it, once.
    fn add(&mut self, marked: &str) {
        let said = format!(" · {marked}");
        if self.event_id.is_some() && !self.label.ends_with(&said) {
            self.label.push_str(&said);
        }
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
