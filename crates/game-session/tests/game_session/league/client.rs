//! What the League client says of the match is evidence, and nothing else.

use event_model::{Channel, Event, Frame, Kind, Reading};
use game_session::{LEAGUE_CLIENT_PATH, Unreadable};
use serde_json::json;

use super::poll::{Poll, Stream};

fn client(phase: &str, game_id: u64) -> Reading {
    answer(&json!({ "phase": phase, "gameData": { "gameId": game_id } }).to_string())
}

fn answer(body: &str) -> Reading {
    let mut frame = Frame::new(Channel::Poll, body);
    frame.path = Some(LEAGUE_CLIENT_PATH.to_owned());
    Reading::Frame(frame)
}

fn learnt(stream: &Stream) -> Vec<&str> {
    let evidence = stream.of(Kind::SessionEvidence).into_iter();
    evidence.filter_map(|event| event.data.details.get("match_id")?.as_str()).collect()
}

#[test]
fn a_session_learns_its_match_between_two_polls_and_once() {
    let mut stream = Stream::new();
    let poll = Poll::from_the_start();
    stream.observe(&poll);
    stream.read(&client("InProgress", 7_511_105_411));
    assert!(learnt(&stream).is_empty(), "the next poll may be of another match");
    stream.observe(&poll.clone().at(3.0));
    assert_eq!(learnt(&stream), ["7511105411"]);
    stream.read(&client("InProgress", 7_511_105_411));
    stream.observe(&poll.at(9.0));
    assert_eq!(learnt(&stream).len(), 1, "what is known is not said again");
}

#[test]
fn an_id_that_comes_late_is_learnt_over_a_restart() {
    let mut stream = Stream::new();
    let poll = Poll::from_the_start().kill(300.0, "Cy", "Ana");
    stream.observe(&poll);
    stream.restart();
    stream.read(&client("Reconnect", 42));
    stream.restart();
    stream.observe(&poll.at(310.0));
    assert_eq!(learnt(&stream), ["42"]);
}

#[test]
fn the_next_matchs_id_is_not_the_last_matchs() {
    let mut stream = Stream::new();
    // The end of the first was not seen: the player left, or Ringside was away.
    stream.observe(&Poll::from_the_start().at(600.0));
    stream.read(&client("InProgress", 2));
    let mut next = Poll::from_the_start();
    next.entries[0]["EventTime"] = json!(0.04);
    stream.observe(&next);
    assert!(learnt(&stream).is_empty(), "it was said before the second was seen");
    stream.read(&client("InProgress", 2));
    stream.observe(&next.at(5.0));
    assert_eq!(learnt(&stream), ["2"]);
    let sessions = stream.of(Kind::SessionEvidence);
    let of = |event: &Event| event.data.match_ref.key.clone();
    assert_eq!(of(sessions[2]), of(sessions[1]), "the second's");
    assert_ne!(of(sessions[2]), of(sessions[0]));
}

#[test]
fn after_its_end_a_match_learns_nothing() {
    let mut stream = Stream::new();
    let end = Poll::from_the_start().entry("GameEnd", 1_800.0, json!({ "Result": "Win" }));
    stream.observe(&end);
    stream.read(&client("InProgress", 2));
    stream.observe(&end.at(1_801.0));
    assert!(learnt(&stream).is_empty());
}

#[test]
fn a_client_that_says_another_id_is_heard_once_more_and_then_no_longer() {
    let mut stream = Stream::new();
    let poll = Poll::from_the_start();
    for (id, seconds) in [(1, 1.0), (2, 2.0), (1, 3.0), (3, 4.0)] {
        stream.observe(&poll.clone().at(seconds));
        stream.read(&client("InProgress", id));
    }
    stream.observe(&poll.at(5.0));
    assert_eq!(learnt(&stream), ["1", "2"], "a server that hears two believes neither");
}

#[test]
fn no_other_id_depends_on_what_the_client_says() {
    let (mut alone, mut beside) = (Stream::new(), Stream::new());
    let mut poll = Poll::from_the_start();
    for seconds in [10.0, 20.0, 30.0] {
        poll = poll.kill(seconds, "Cy", "Ana");
        alone.observe(&poll);
        beside.observe(&poll);
        beside.read(&client("InProgress", 7));
    }
    let told = |stream: &Stream| {
        let others =
            stream.events.iter().filter(|event| !event.data.details.contains_key("match_id"));
        others.cloned().collect::<Vec<_>>()
    };
    assert_eq!(learnt(&beside), ["7"]);
    assert_eq!(told(&beside), alone.events);
}

#[test]
fn a_lobby_an_end_and_an_answer_without_sense_change_nothing() {
    let mut stream = Stream::new();
    let poll = Poll::from_the_start();
    stream.observe(&poll);
    for phase in ["Lobby", "ChampSelect", "GameStart", "EndOfGame"] {
        assert_eq!(stream.read(&client(phase, 7)).events, []);
    }
    assert!(!stream.read(&client("Elsewhere", 7)).drift.is_empty(), "an unknown word is counted");
    for body in ["", "7", r#"{"gameData":{"gameId":7}}"#] {
        let step = stream.read(&answer(body));
        assert!(matches!(step.unreadable, Some(Unreadable::Malformed(_))), "{body}");
    }
    stream.observe(&poll.at(5.0));
    assert!(learnt(&stream).is_empty());
}

#[test]
fn the_clients_word_says_nothing_of_how_the_match_stands() {
    let mut stream = Stream::new();
    stream.observe(&Poll::from_the_start());
    let step = stream.read(&client("InProgress", 7));
    assert_eq!(step.match_now, game_session::MatchNow::Untold);
}
