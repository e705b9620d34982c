//! Laws that hold for any lines in any order.

use event_model::{Channel, Frame, Reading, Source};
use game_session::SourceState;
use proptest::prelude::*;
use serde_json::json;

use super::support::{
    FIRST, NEXT, SECOND_PART, bounty, commander, empty, file, header, line, load, run,
};
use crate::laws::laws;

fn any_line() -> impl Strategy<Value = String> {
    let who = prop::sample::select(vec!["Ana", "Bo"]);
    (0..12_u8, 0..90_u32, who).prop_map(|(kind, second, who)| match kind {
        0 => header(second, 1),
        1 => header(second, 2),
        2 => commander(second, who),
        3 => load(second, who),
        4 | 5 => bounty(second, who, 100),
        6 => line(second, "PVPKill", json!({"Victim": who, "CombatRank": 3})),
        7 => line(second, "Died", json!({"KillerName": who, "KillerShip": "eagle"})),
        8 => line(second, "UnderAttack", json!({"Target": "You"})),
        9 => line(second, "FSDJump", json!({"StarSystem": "Sol", "JumpDist": 3.5, "Odd": []})),
        10 => line(second, "Music", json!({"MusicTrack": "MainMenu"})),
        _ => line(second, "Shutdown", json!({})),
    })
}

/// Files as they might be written, one after the other.
fn any_frames() -> impl Strategy<Value = Vec<Frame>> {
    let lines = || prop::collection::vec(any_line(), 0..12);
    (lines(), lines(), lines()).prop_map(|(one, two, three)| {
        [file(FIRST, &one), file(SECOND_PART, &two), file(NEXT, &three)].concat()
    })
}

fn any_readings() -> impl Strategy<Value = Vec<Reading>> {
    any_frames().prop_map(|frames| frames.into_iter().map(Reading::Frame).collect())
}

/// Any bytes as a line of a journal.
fn reading(body: Vec<u8>) -> Reading {
    let mut frame = Frame::new(Channel::File, body);
    (frame.file, frame.offset) = (Some(FIRST.to_owned()), Some(7));
    Reading::Frame(frame)
}

laws!(Source::Elite, frames: any_readings(), body: reading, cases: 256);

proptest! {
    #[test]
    fn who_goes_on_at_the_saved_line_misses_and_doubles_nothing(
        frames in any_frames(),
        at in any::<prop::sample::Index>(),
    ) {
        let cut = at.index(frames.len() + 1);
        let mut first = empty();
        let mut events = run(&mut first, &frames[..cut]);
        let mut second = SourceState::decode(Source::Elite, &first.encode()).unwrap();
        // The last line that was taken is read once more.
        events.extend(run(&mut second, &frames[cut.saturating_sub(1)..]));
        prop_assert_eq!(events, run(&mut empty(), &frames));
    }

}
