//! Sources that come as lines of a file or as a stream of bytes, and the file that
//! makes a game serve one.

use event_model::{Channel, Frame, Reading, Source};
use game_client::rocket_league::{MESSAGE_BYTES_MAX, Messages, with_stats_api};
use game_session::SourceState;
use simulator::{EliteJournals, HearthstoneGame, Length, RocketLeagueMatch};

use crate::Looked;

/// Lines of an input that are read: what a change does, it does in the first few.
const LINES_MAX: usize = 400;

/// Events of one line at most: more is a leak.
const EVENTS_MAX: usize = 1_000;

/// Port that the file is to name.
const PORT: u16 = 49_123;

pub(crate) fn elite(input: &[u8]) -> Looked {
    lines(Source::Elite, "Journal.2026-11-20T190000.01.log", input)
}

pub(crate) fn hearthstone(input: &[u8]) -> Looked {
    lines(Source::Hearthstone, "Power.log", input)
}

/// Law: a state is read back as it was written after every line, and the same lines
/// at the same places make the same events.
fn lines(source: Source, file: &str, input: &[u8]) -> Looked {
    let first = events_of(source, file, input);
    assert_eq!(events_of(source, file, input), first, "the same lines, the same events");
    if first.is_empty() { Looked::Refused } else { Looked::Taken }
}

fn events_of(source: Source, file: &str, input: &[u8]) -> Vec<event_model::Event> {
    let mut state = SourceState::new(source).unwrap();
    let (mut events, mut offset) = (Vec::new(), 0);
    for line in input.split_inclusive(|byte| *byte == b'\n').take(LINES_MAX) {
        let body = line.strip_suffix(b"\n").unwrap_or(line);
        let mut frame = Frame::new(Channel::File, body);
        (frame.file, frame.offset) = (Some(file.to_owned()), Some(offset));
        offset += line.len() as u64;
        let step = state.observe(&Reading::Frame(frame));
        assert!(step.events.len() <= EVENTS_MAX);
        events.extend(step.events);
    }
    assert_eq!(SourceState::decode(source, &state.encode()).unwrap(), state);
    events
}

/// Law: however the bytes of a stream are cut, the same messages come out of it, and
/// none is longer than one may be.
pub(crate) fn rocket_league_stream(input: &[u8]) -> Looked {
    let whole = messages(input, input.len().max(1));
    assert!(whole.iter().all(|message| message.len() <= MESSAGE_BYTES_MAX));
    for size in [1, 7] {
        assert_eq!(messages(input, size), whole, "cut every {size} bytes");
    }
    if whole.is_empty() { Looked::Refused } else { Looked::Taken }
}

fn messages(input: &[u8], size: usize) -> Vec<Vec<u8>> {
    let (mut stream, mut messages) = (Messages::default(), Vec::new());
    for piece in input.chunks(size) {
        stream.push(piece);
        messages.extend(std::iter::from_fn(|| stream.take()));
    }
    messages
}

/// Law: what was set up once needs nothing more.
pub(crate) fn stats_api_file(input: &[u8]) -> Looked {
    let Ok(once) = with_stats_api(input, PORT) else { return Looked::Refused };
    let again = with_stats_api(&once, PORT).expect("what we wrote can be read");
    assert_eq!(again, once, "nothing more to change");
    Looked::Taken
}

/// A journal's beginning.
pub(crate) fn journal() -> String {
    let journals = EliteJournals::new(1, Length::seconds(Length::SECONDS_MIN));
    let longest = journals.files().iter().map(|file| file.text()).max_by_key(String::len);
    longest.unwrap().split_inclusive('\n').take(60).collect()
}

/// A Power.log as far as its lines are read: without what the game prints again of the
/// same for its screen.
pub(crate) fn power_log() -> String {
    let game = HearthstoneGame::new(1, Length::seconds(Length::SECONDS_MIN));
    let [side, _] = game.sides(1);
    let lines = game.log(&side).into_iter().filter(|line| line.contains(" GameState."));
    lines.take(LINES_MAX).collect()
}

/// Messages of a match, back to back.
pub(crate) fn stream() -> String {
    let play = RocketLeagueMatch::new(1, Length::seconds(Length::SECONDS_MIN));
    let client = &play.clients(1, 1)[0];
    play.messages(client).into_iter().take(12).map(|message| message.body).collect()
}
