//! Laws that hold for any lines in any order.

use std::collections::BTreeSet;

use event_model::{Frame, Source};
use game_session::SourceState;
use proptest::prelude::*;
use serde_json::json;

use super::support::{
    FIRST, NEXT, SECOND_PART, bounty, commander, empty, file, header, line, load, run, steps,
};

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

proptest! {
    #[test]
    fn a_frame_delivered_twice_emits_nothing_twice(frames in any_frames()) {
        let twice: Vec<_> = frames.iter().flat_map(|frame| [frame.clone(), frame.clone()]).collect();
        prop_assert_eq!(run(&mut empty(), &twice), run(&mut empty(), &frames));
    }

    #[test]
    fn any_split_gives_what_the_whole_gives(frames in any_frames(), at in any::<prop::sample::Index>()) {
        let cut = at.index(frames.len() + 1);
        let mut first = empty();
        let mut events = run(&mut first, &frames[..cut]);
        let mut second = SourceState::decode(Source::Elite, &first.encode()).unwrap();
        events.extend(run(&mut second, &frames[cut..]));
        prop_assert_eq!(events, run(&mut empty(), &frames));
    }

    #[test]
    fn no_id_comes_twice(frames in any_frames()) {
        let events = run(&mut empty(), &frames);
        let ids: BTreeSet<_> = events.iter().map(|event| event.id).collect();
        prop_assert_eq!(ids.len(), events.len());
    }

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

    #[test]
    fn no_bytes_panic(body in prop::collection::vec(any::<u8>(), 0..400)) {
        let text = String::from_utf8_lossy(&body).into_owned();
        steps(&mut empty(), &file(FIRST, &[text]));
    }

    #[test]
    fn no_changed_line_and_no_saved_state_panics(
        frames in any_frames(),
        at in any::<prop::sample::Index>(),
        value in prop::sample::select(vec![
            "null", "true", "-1", "1e300", "9223372036854775807", "\"\"", "\"\\ud83d\\ude00\"",
            "[]", "{}", "}", "\"0000-01-01T00:00:00Z\"", "\"9999-12-31T23:59:59Z\"",
        ]),
    ) {
        let changed = |text: &str| {
            let colons: Vec<_> = text.match_indices(':').map(|(index, _)| index).collect();
            let colon = colons[at.index(colons.len())];
            let rest = &text[colon + 1..];
            let end = rest.find([',', '}', ']']).unwrap_or(rest.len());
            format!("{}:{value}{}", &text[..colon], &rest[end..])
        };
        let mut state = empty();
        for frame in &frames {
            let text = String::from_utf8(frame.body.clone()).unwrap();
            let name = frame.file.clone().unwrap();
            steps(&mut state, &file(&name, &[changed(&text)]));
            steps(&mut state, std::slice::from_ref(frame));
        }
        let saved = changed(&String::from_utf8(state.encode()).unwrap());
        if let Ok(mut state) = SourceState::decode(Source::Elite, saved.as_bytes()) {
            run(&mut state, &frames);
        }
    }
}
