//! Chapters for a video's description.

use event_model::{Kind, WallTime};
use match_story::{
    ChapterPick, Chapters, Fitness, KindWord, Mark, OwnMark, OwnMarks, UnknownMark, Whose,
    chapters, timeline,
};

use crate::support::{Kept, SEVEN_PM, cs2, id, league, story};

fn kills(whose: Whose) -> ChapterPick {
    ChapterPick { kinds: [KindWord(Kind::Kill)].into(), whose }
}

fn of(kept: &[Kept], start: u64, pick: &ChapterPick) -> Chapters {
    with(kept, start, pick, &[])
}

/// The same with moments that the player marked.
fn with(kept: &[Kept], start: u64, pick: &ChapterPick, marks: &[OwnMark]) -> Chapters {
    let label = |mark: &Mark| format!("{} of {}", mark.kind, mark.victim.as_deref().unwrap_or("?"));
    let own = OwnMarks { marks, label: "Marked" };
    chapters(&timeline(&story(kept)), id(start), pick, own, label).expect("the start is a mark")
}

/// Marked so many seconds after seven, where the game's clock showed this.
fn marked(seconds: i64, clock_s: Option<i64>) -> OwnMark {
    let seen = WallTime::from_unix_ms(SEVEN_PM + seconds * 1_000);
    OwnMark { seen, match_clock_ms: clock_s.map(|clock_s| clock_s * 1_000) }
}

/// Kills at these seconds of the match.
fn kills_at(seconds: &[i64]) -> Vec<Kept> {
    let numbered = seconds.iter().zip(1..);
    numbered.map(|(at, number)| league(number, *at, Kind::Kill).by("Cy").of("Bo")).collect()
}

#[test]
fn a_video_begins_at_its_mark() {
    let kept = kills_at(&[5, 100, 130, 3_699, 3_700]);
    let chapters = of(&kept, 2, &kills(Whose::Everybodys));
    assert_eq!(chapters.text, "00:00 kill of Bo\n00:30 kill of Bo\n59:59 kill of Bo\n");
    assert_eq!((chapters.before, chapters.too_close), (1, 1));
    assert_eq!(chapters.fitness, Fitness::Enough);
}

#[test]
fn from_the_hour_on_hours_are_written() {
    let chapters = of(&kills_at(&[0, 3_600, 36_061]), 1, &kills(Whose::Everybodys));
    assert_eq!(chapters.text, "00:00 kill of Bo\n1:00:00 kill of Bo\n10:01:01 kill of Bo\n");
}

#[test]
fn of_two_that_are_too_close_the_first_stays() {
    let chapters = of(&kills_at(&[0, 9, 10, 19, 20]), 1, &kills(Whose::Everybodys));
    let at: Vec<_> = chapters.chapters.iter().map(|chapter| chapter.at_s).collect();
    assert_eq!((at, chapters.too_close), (vec![0, 10, 20], 2));
}

#[test]
fn fewer_than_three_are_said_to_be_too_few() {
    assert_eq!(of(&kills_at(&[0, 60]), 1, &kills(Whose::Everybodys)).fitness, Fitness::TooFew);
    assert_eq!(of(&kills_at(&[0, 60, 120]), 1, &kills(Whose::Everybodys)).fitness, Fitness::Enough);
}

#[test]
fn only_what_was_picked_becomes_a_chapter_but_the_start_always_does() {
    let kept = [
        league(1, 0, Kind::MatchStarted),
        league(2, 60, Kind::Kill).by("Ana").of("Bo"),
        league(3, 120, Kind::Kill).by("Cy").of("Bo"),
        league(4, 180, Kind::ObjectiveTaken).by("Ana"),
    ];
    let yours = of(&kept, 1, &kills(Whose::Yours));
    assert_eq!(yours.text, "00:00 match_started of ?\n01:00 kill of Bo\n");
    assert_eq!(of(&kept, 1, &kills(Whose::Everybodys)).chapters.len(), 3);
}

#[test]
fn a_label_is_one_line_and_never_empty() {
    let kept = kills_at(&[0, 60]);
    let timeline = timeline(&story(&kept));
    let pick = kills(Whose::Everybodys);
    let text = |label: &str| {
        let own = OwnMarks::default();
        chapters(&timeline, id(1), &pick, own, |_| label.to_owned()).expect("it is a mark").text
    };
    assert_eq!(
        text(" A\r\n00:05 fake\u{2028}line "),
        "00:00 A 00:05 fake line\n01:00 A 00:05 fake line\n"
    );
    assert_eq!(text("\n"), "00:00 kill\n01:00 kill\n", "the kind's word is better than nothing");
}

#[test]
fn without_a_clock_of_the_games_this_pcs_counts() {
    let kept: Vec<_> = (0..4).map(|n| cs2(n + 1, 20 * n as i64, Kind::Kill).own_kill()).collect();
    let chapters = of(&kept, 2, &kills(Whose::Yours));
    assert_eq!(chapters.text, "00:00 kill of ?\n00:20 kill of ?\n00:40 kill of ?\n");
}

#[test]
fn a_start_that_is_not_in_the_match_is_an_error() {
    let timeline = timeline(&story(&kills_at(&[0])));
    let own = OwnMarks::default();
    let refused = chapters(&timeline, id(9), &kills(Whose::Yours), own, |_| String::new());
    assert_eq!(refused, Err(UnknownMark(id(9))));
}

#[test]
fn what_the_player_marked_is_a_chapter_whatever_the_pick() {
    let kept = kills_at(&[0, 60, 120]);
    // Long after, by this PC's clock: the game's stood still in a pause.
    let own = [marked(400, Some(90)), marked(31, Some(30))];
    let nothing = ChapterPick { kinds: [].into(), whose: Whose::Yours };
    let chapters = with(&kept, 1, &nothing, &own);
    assert_eq!(chapters.text, "00:00 kill of Bo\n00:30 Marked\n01:30 Marked\n");
    assert_eq!(chapters.chapters[1].event_id, None);
    let among = with(&kept, 1, &kills(Whose::Everybodys), &own);
    let at: Vec<_> = among.chapters.iter().map(|chapter| chapter.at_s).collect();
    assert_eq!(at, [0, 30, 60, 90, 120]);
}

#[test]
fn without_a_clock_of_the_games_a_moment_lies_behind_what_was_seen_before_it() {
    let kept: Vec<_> = (0..3).map(|n| cs2(n + 1, 20 * n as i64, Kind::Kill).own_kill()).collect();
    let own = [marked(31, Some(7)), marked(70, None)];
    let chapters = with(&kept, 1, &kills(Whose::Yours), &own);
    assert_eq!(
        chapters.text, "00:00 kill of ?\n00:20 kill of ?\n00:31 Marked\n01:10 Marked\n",
        "the kill at 40 is too close behind the moment at 31"
    );
    assert_eq!(chapters.too_close, 1);
}

#[test]
fn a_kill_that_the_player_marks_right_after_it_says_so_once() {
    let kept = kills_at(&[0, 60, 120]);
    let own =
        [marked(0, Some(63)), marked(0, Some(65)), marked(0, Some(140)), marked(0, Some(141))];
    let chapters = with(&kept, 1, &kills(Whose::Everybodys), &own);
    assert_eq!(
        chapters.text,
        "00:00 kill of Bo\n01:00 kill of Bo · Marked\n02:00 kill of Bo\n02:20 Marked\n"
    );
    assert_eq!(chapters.too_close, 0);
}

#[test]
fn what_was_marked_before_the_video_begins_is_counted() {
    let kept = kills_at(&[0, 60, 120]);
    let chapters = with(&kept, 2, &kills(Whose::Everybodys), &[marked(0, Some(30))]);
    assert_eq!((chapters.before, chapters.chapters.len()), (2, 2));
}

/// League kills at these seconds of the game's clock, seen so many seconds later.
fn seen_late(kills: &[(i64, i64)]) -> Vec<Kept> {
    let numbered = kills.iter().zip(1..);
    let kill = |((at_s, late_s), number): (&(i64, i64), u64)| {
        let mut kill = league(number, *at_s, Kind::Kill).by("Cy").of("Bo");
        kill.envelope.time = WallTime::from_unix_ms(SEVEN_PM + (at_s + late_s) * 1_000);
        kill.envelope.observed.mono_ms =
            u64::try_from(1_000_000 + (at_s + late_s) * 1_000).expect("it is later");
        kill
    };
    numbered.map(kill).collect()
}

fn at(chapters: &Chapters) -> Vec<u64> {
    chapters.chapters.iter().map(|chapter| chapter.at_s).collect()
}

#[test]
fn in_a_pause_the_video_runs_on() {
    // Five minutes of pause between the second kill and the third.
    let kept = seen_late(&[(0, 1), (60, 1), (120, 301), (180, 301)]);
    assert_eq!(at(&of(&kept, 1, &kills(Whose::Everybodys))), [0, 60, 420, 480]);
}

#[test]
fn what_was_told_late_was_no_pause() {
    // Ringside began at 200 s: what had been before came all at once.
    let kept = seen_late(&[(0, 200), (60, 140), (120, 80), (220, 1)]);
    assert_eq!(at(&of(&kept, 1, &kills(Whose::Everybodys))), [0, 60, 120, 220]);
}

#[test]
fn a_moment_that_is_marked_in_a_pause_lies_in_it() {
    let kept = seen_late(&[(0, 0), (60, 0), (120, 300), (180, 300)]);
    let own = [marked(200, Some(90)), marked(440, Some(140)), marked(500, Some(400))];
    let chapters = with(&kept, 1, &kills(Whose::Everybodys), &own);
    assert_eq!(
        at(&chapters),
        [0, 60, 200, 420, 440, 480, 700],
        "200 s into the video the clock stood at 1:30; the others lie after the pause"
    );
}
