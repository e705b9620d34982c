//! Laws that hold for the frames of any source, in any order.
//!
//! Each source says by [`laws!`] what its frames may be, and has what holds for it alone
//! beside that.

use std::collections::BTreeSet;

use event_model::{Event, Frame, Reading, Source};
use game_session::SourceState;
use proptest::{
    prelude::*,
    sample::{Index, select},
    test_runner::TestCaseError,
};

type Holds = Result<(), TestCaseError>;

/// Runs a source's frames through every law.
///
/// `frames` may be anything that the source can show; `doubled` are those of which two
/// in a row are one, and all of them where that is left out. `body` makes a frame of
/// any bytes.
macro_rules! laws {
    ($source:expr, frames: $frames:expr, body: $body:expr, cases: $cases:expr) => {
        $crate::laws::laws!(
            $source, frames: $frames, doubled: $frames, body: $body, cases: $cases
        );
    };
    (
        $source:expr,
        frames: $frames:expr,
        doubled: $doubled:expr,
        body: $body:expr,
        cases: $cases:expr
    ) => {
        mod of_every_source {
            use proptest::{prelude::*, sample::Index};

            use super::*;
            use $crate::laws;

            proptest! {
                #![proptest_config(ProptestConfig::with_cases($cases))]

                #[test]
                fn a_frame_delivered_twice_emits_nothing_twice(frames in $doubled) {
                    laws::doubled($source, &frames)?;
                }

                #[test]
                fn any_split_gives_what_the_whole_gives(
                    frames in $frames,
                    cuts in prop::collection::vec(any::<Index>(), 1..4),
                ) {
                    laws::split($source, &frames, &cuts)?;
                }

                #[test]
                fn no_id_comes_twice(frames in $frames) {
                    laws::ids_are_distinct($source, &frames)?;
                }

                #[test]
                fn no_bytes_panic(
                    before in $frames,
                    body in prop::collection::vec(any::<u8>(), 0..400),
                ) {
                    laws::no_bytes_panic($source, &before, &$body(body));
                }

                #[test]
                fn no_changed_frame_panics(
                    frames in $frames,
                    at in any::<Index>(),
                    value in laws::any_value(),
                ) {
                    laws::no_changed_frame_panics($source, &frames, at, value);
                }

                #[test]
                fn no_saved_state_panics(
                    before in $frames,
                    after in $frames,
                    at in any::<Index>(),
                    value in laws::any_value(),
                ) {
                    laws::no_saved_state_panics($source, (&before, &after), at, value);
                }
            }
        }
    };
}
pub(crate) use laws;

/// What stands in the place of a value: odd, too large, or none at all.
pub(crate) fn any_value() -> impl Strategy<Value = &'static str> {
    select(vec![
        "null",
        "true",
        "0",
        "-1",
        "1e300",
        "4294967295",
        "9223372036854775807",
        "-9223372036854775808",
        "18446744073709551615",
        "18446744073709551616",
        "\"\"",
        "\"%7B%\"",
        "\"\\ud83d\\ude00\"",
        "\"0000-01-01T00:00:00Z\"",
        "\"9999-12-31T23:59:59Z\"",
        "[]",
        "{}",
        "}",
        "",
    ])
}

pub(crate) fn doubled(source: Source, frames: &[Reading]) -> Holds {
    let twice: Vec<_> = frames.iter().flat_map(|frame| [frame.clone(), frame.clone()]).collect();
    prop_assert_eq!(told(source, &twice), told(source, frames));
    Ok(())
}

pub(crate) fn split(source: Source, frames: &[Reading], cuts: &[Index]) -> Holds {
    let cuts: BTreeSet<_> = cuts.iter().map(|cut| cut.index(frames.len() + 1)).collect();
    let (mut state, mut events) = (empty(source), Vec::new());
    for (index, frame) in frames.iter().enumerate() {
        if cuts.contains(&index) {
            state = restarted(source, &state);
        }
        events.extend(state.observe(frame).events);
    }
    let mut state = restarted(source, &state);
    events.extend(state.finish().events);
    prop_assert_eq!(events, told(source, frames));
    Ok(())
}

pub(crate) fn ids_are_distinct(source: Source, frames: &[Reading]) -> Holds {
    let events = told(source, frames);
    let ids: BTreeSet<_> = events.iter().map(|event| event.id).collect();
    prop_assert_eq!(ids.len(), events.len());
    Ok(())
}

/// Alone, and in the midst of a match.
pub(crate) fn no_bytes_panic(source: Source, before: &[Reading], bytes: &Reading) {
    empty(source).observe(bytes);
    let mut state = empty(source);
    run(&mut state, before);
    state.observe(bytes);
    state.finish();
}

/// Each frame whole, with another value in the place of one of its own, and cut off.
pub(crate) fn no_changed_frame_panics(source: Source, frames: &[Reading], at: Index, value: &str) {
    let mut state = empty(source);
    for reading in frames {
        state.observe(reading);
        let Reading::Frame(frame) = reading else { continue };
        let text = String::from_utf8_lossy(&frame.body);
        let cut = frame.body[..at.index(frame.body.len().max(1))].to_vec();
        for body in [changed(&text, at, value).into_bytes(), cut] {
            state.observe(&Reading::Frame(Frame { body, ..frame.clone() }));
        }
    }
    restarted(source, &state);
}

/// A recording may carry a state that nobody ever reached.
pub(crate) fn no_saved_state_panics(
    source: Source,
    (before, after): (&[Reading], &[Reading]),
    at: Index,
    value: &str,
) {
    let mut state = empty(source);
    run(&mut state, before);
    let saved = changed(&String::from_utf8_lossy(&state.encode()), at, value);
    if let Ok(mut state) = SourceState::decode(source, saved.as_bytes()) {
        run(&mut state, after);
        state.finish();
    }
}

/// The text with another value behind one of its colons.
fn changed(text: &str, at: Index, value: &str) -> String {
    let colons: Vec<_> = text.match_indices(':').map(|(index, _)| index).collect();
    if colons.is_empty() {
        return value.to_owned();
    }
    let colon = colons[at.index(colons.len())];
    let rest = &text[colon + 1..];
    let end = rest.find([',', '}', ']']).unwrap_or(rest.len());
    format!("{}:{value}{}", &text[..colon], &rest[end..])
}

fn empty(source: Source) -> SourceState {
    SourceState::new(source).expect("there are rules for it")
}

/// The state as it is read back from the disk.
fn restarted(source: Source, state: &SourceState) -> SourceState {
    SourceState::decode(source, &state.encode()).expect("a state that was written can be read")
}

fn run(state: &mut SourceState, frames: &[Reading]) -> Vec<Event> {
    frames.iter().flat_map(|frame| state.observe(frame).events).collect()
}

/// Everything that the frames and their end tell.
fn told(source: Source, frames: &[Reading]) -> Vec<Event> {
    let mut state = empty(source);
    let mut events = run(&mut state, frames);
    events.extend(state.finish().events);
    events
}
