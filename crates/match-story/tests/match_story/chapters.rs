//! Chapters for a video's description.

use event_model::Kind;
use match_story::{
    ChapterPick, Chapters, Fitness, KindWord, Mark, UnknownMark, Whose, chapters, timeline,
};

use crate::support::{Kept, cs2, id, league, story};

fn kills(whose: Whose) -> ChapterPick {
    ChapterPick { kinds: [KindWord(Kind::Kill)].into(), whose }
}

fn of(kept: &[Kept], start: u64, pick: &ChapterPick) -> Chapters {
    let label = |mark: &Mark| format!("{} of {}", mark.kind, mark.victim.as_deref().unwrap_or("?"));
    chapters(&timeline(&story(kept)), id(start), pick, label).expect("the start is a mark")
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
        chapters(&timeline, id(1), &pick, |_| label.to_owned()).expect("it is a mark").text
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
    let refused = chapters(&timeline, id(9), &kills(Whose::Yours), |_| String::new());
    assert_eq!(refused, Err(UnknownMark(id(9))));
}
