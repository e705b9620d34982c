//! Whole matches, from frames to what a player reads of them.

use event_model::{
    Channel, ClockEpoch, ClockReading, DeviceId, Envelope, Event, Frame, Kind, Origin, Reading,
    Source, WallTime,
};
use expect_test::{ExpectFile, expect_file};
use game_session::SourceState;
use match_story::{
    ChapterPick, KindWord, OwnMarks, Story, Uploads, Whose, chapters, csv, recap, table, timeline,
};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use crate::support::{Kept, SEVEN_PM, of_bodies, plain};

/// The frames that golden files of `game-session` are made of, too.
macro_rules! frames {
    ($name:literal) => {
        include_str!(concat!("../../../game-session/tests/fixtures/", $name))
    };
}

#[test]
fn a_league_match_is_told() {
    let frames =
        frames!("league/simulated_match.jsonl").lines().map(|body| (polled_at(body), body));
    let kept = played(Source::League, Channel::Poll, frames);
    check(&kept, expect_file!["../fixtures/league.txt"]);
}

#[test]
fn a_counter_strike_match_that_began_anew_is_told() {
    check(&posted(frames!("cs2/restarted_match.jsonl")), expect_file!["../fixtures/cs2.txt"]);
}

#[test]
fn a_deathmatch_is_told() {
    let mut kept = posted(frames!("cs2/two_matches.jsonl"));
    let first = kept[0].event.subject().clone();
    kept.retain(|kept| *kept.event.subject() == first);
    check(&kept, expect_file!["../fixtures/cs2_deathmatch.txt"]);
}

/// A second after what the poll shows.
fn polled_at(body: &str) -> i64 {
    let poll: Value = serde_json::from_str(body).expect("a fixture is JSON");
    let game_time_s = poll["gameData"]["gameTime"].as_f64().expect("the game tells its time");
    #[expect(clippy::cast_possible_truncation, reason = "seconds of a short match")]
    let game_time_ms = (game_time_s * 1_000.0) as i64;
    SEVEN_PM + game_time_ms + 1_000
}

/// Half a second after the time that the game wrote into each post, or into the
/// one before where it is damaged.
fn posted(frames: &str) -> Vec<Kept> {
    let mut at_ms = SEVEN_PM;
    let frames = frames.lines().map(|body| {
        let post: Value = serde_json::from_str(body).expect("a fixture is JSON");
        let written_s = post["provider"]["timestamp"].as_i64();
        at_ms = written_s.map_or(at_ms, |written_s| written_s * 1_000 + 500);
        (at_ms, body)
    });
    played(Source::Cs2, Channel::Http, frames)
}

/// Frames and when they were received, in Unix milliseconds; what the outbox
/// keeps of them.
fn played<'f>(
    source: Source,
    channel: Channel,
    frames: impl IntoIterator<Item = (i64, &'f str)>,
) -> Vec<Kept> {
    let mut state = SourceState::new(source).expect("it has a state machine");
    let mut kept = Vec::new();
    let mut last_ms = 0;
    for (at_ms, body) in frames {
        let step = state.observe(&Reading::Frame(Frame::new(channel, body)));
        keep(step.events, at_ms, &mut kept);
        last_ms = at_ms;
    }
    keep(state.finish().events, last_ms, &mut kept);
    kept
}

fn keep(events: Vec<Event>, at_ms: i64, kept: &mut Vec<Kept>) {
    for event in events {
        let sequence = kept.len() as u64 + 1;
        let envelope = Envelope {
            device: DeviceId(Uuid::nil()),
            sequence,
            origin: Origin::Live,
            time: WallTime::from_unix_ms(at_ms),
            observed: ClockReading {
                epoch: ClockEpoch(Uuid::nil()),
                mono_ms: u64::try_from(at_ms - 1_700_000_000_000).expect("this is later"),
            },
        };
        kept.push(Kept { event, envelope });
    }
}

fn check(kept: &[Kept], golden: ExpectFile) {
    let key = kept[0].event.subject().clone();
    let bodies: Vec<_> = kept.iter().map(Kept::body).collect();
    golden.assert_eq(&told(&of_bodies(&key, &bodies)));
}

/// Everything that can be said of a story.
fn told(story: &Story) -> String {
    let timeline = timeline(story);
    let uploads = Uploads { sent: 3, waiting: 2, refused: 0 };
    let mut text = section("summary", &story.summary());
    text += &section("recap", &recap(story, uploads));
    text += &format!("# timeline\n{}\n", line(&timeline.axis));
    for lane in &timeline.lanes {
        text += &format!("{}\n", line(lane));
    }
    for round in &timeline.rounds {
        text += &format!("{}\n", line(round));
    }
    let table = table(&timeline);
    text += &format!("# table\n{}\n", line(&table.columns));
    for (mark, row) in timeline.marks.iter().zip(&table.rows) {
        let lane = line(&mark.lane);
        let cells = row.cells.join(" | ");
        text += &format!("{:.4} {} {lane} {cells}\n", mark.position, mark.elapsed_ms);
    }
    text += "# chapters\n";
    let pick = ChapterPick { kinds: Kind::ALL.map(KindWord).into(), whose: Whose::Everybodys };
    let named = |mark: &match_story::Mark| format!("{} {:?}", mark.kind, mark.attacker);
    let (start, own) = (timeline.marks[0].event_id, OwnMarks::default());
    let chapters = chapters(&timeline, start, &pick, own, named);
    text += &chapters.expect("it begins with a mark").text;
    text += "# csv\n";
    // A checkout may turn line ends.
    text += &csv(story, &plain()).replace("\r\n", "\n");
    text
}

fn section(name: &str, value: &impl Serialize) -> String {
    format!("# {name}\n{}\n", serde_json::to_string_pretty(value).expect("it is plain data"))
}

fn line(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("it is plain data")
}
