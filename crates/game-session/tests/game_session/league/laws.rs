//! Laws that hold for any match, however it is polled.

use std::collections::BTreeSet;

use event_model::{Channel, EventId, Frame, Reading, Source};
use proptest::prelude::*;

use super::poll::{NAMES, Poll, Stream};
use crate::laws::laws;

/// How the next poll differs from the one before.
#[derive(Debug, Clone)]
enum Move {
    Kill { after_s: u16, killer: usize, victim: usize },
    ScoreLags { after_s: u16, victim: usize },
    Quiet,
    Rewind { back_s: u16, killer: usize, victim: usize },
    Reconnect { after_s: u16 },
    Rematch,
}

fn any_move() -> impl Strategy<Value = Move> {
    let who = 0..NAMES.len();
    prop_oneof![
        6 => (1..90_u16, who.clone(), who.clone())
            .prop_map(|(after_s, killer, victim)| Move::Kill { after_s, killer, victim }),
        1 => (1..90_u16, who.clone())
            .prop_map(|(after_s, victim)| Move::ScoreLags { after_s, victim }),
        2 => Just(Move::Quiet),
        1 => (2..300_u16, who.clone(), who)
            .prop_map(|(back_s, killer, victim)| Move::Rewind { back_s, killer, victim }),
        1 => (1..90_u16).prop_map(|after_s| Move::Reconnect { after_s }),
        1 => Just(Move::Rematch),
    ]
}

/// The polls that a client would answer while all this happens.
fn polls(moves: &[Move], late: bool) -> Vec<Poll> {
    let mut poll = if late { Poll::joined_at(480.6) } else { Poll::from_the_start() };
    let mut polls = vec![poll.clone()];
    for (index, step) in moves.iter().enumerate() {
        let now = poll.game_time;
        poll = match *step {
            Move::Kill { after_s, killer, victim } => {
                poll.kill(now + f64::from(after_s), NAMES[killer], NAMES[victim])
            }
            Move::ScoreLags { after_s, victim } => {
                poll.listed_kill(now + f64::from(after_s), "Minion_T200", NAMES[victim])
            }
            Move::Quiet => poll.at(now + 1.0),
            Move::Rewind { back_s, killer, victim } => {
                let back = (now - f64::from(back_s)).max(1.0);
                poll.at(back).kill(back, NAMES[killer], NAMES[victim])
            }
            Move::Reconnect { after_s } => {
                let players = poll.players;
                Poll { players, ..Poll::joined_at(now + f64::from(after_s)) }
            }
            Move::Rematch => {
                let mut next = Poll::from_the_start();
                // No two matches begin at the same instant of their clock.
                next.entries[0]["EventTime"] = (0.02 + (index as f64) / 10_000.0).into();
                next
            }
        };
        polls.push(poll.clone());
    }
    polls
}

fn run(polls: &[Poll]) -> Stream {
    let mut stream = Stream::new();
    for poll in polls {
        stream.observe(poll);
    }
    stream.finish();
    stream
}

fn ids(stream: &Stream) -> BTreeSet<EventId> {
    stream.events.iter().map(|event| event.id).collect()
}

fn any_match() -> impl Strategy<Value = Vec<Poll>> {
    (prop::collection::vec(any_move(), 0..24), any::<bool>())
        .prop_map(|(moves, late)| polls(&moves, late))
}

/// A match without another numbering.
fn one_numbering() -> impl Strategy<Value = Vec<Poll>> {
    let kept = any_move().prop_filter("one numbering", |step| {
        !matches!(step, Move::Reconnect { .. } | Move::Rematch)
    });
    (prop::collection::vec(kept, 0..24), any::<bool>())
        .prop_map(|(moves, late)| polls(&moves, late))
}

fn any_readings() -> impl Strategy<Value = Vec<Reading>> {
    any_match().prop_map(|polls| polls.iter().map(Poll::reading).collect())
}

fn reading(body: Vec<u8>) -> Reading {
    Reading::Frame(Frame::new(Channel::Poll, body))
}

laws!(Source::League, frames: any_readings(), body: reading, cases: 256);

proptest! {
    #[test]
    fn the_last_frame_alone_gives_the_ids_of_all(polls in one_numbering()) {
        let last = polls.last().cloned().into_iter().collect::<Vec<_>>();
        prop_assert_eq!(ids(&run(&last)), ids(&run(&polls)));
    }

    #[test]
    fn the_last_frame_alone_gives_the_very_events_once_scores_have_caught_up(
        polls in one_numbering().prop_filter("scores do not lag", |polls| {
            polls.windows(2).all(|pair| pair[0].game_time <= pair[1].game_time)
                && polls.iter().all(|poll| poll.entries.iter().all(|entry| {
                    entry["KillerName"] != "Minion_T200"
                }))
        }),
    ) {
        // Two quiet polls follow: what was fresh is fresh no longer.
        let mut polls = polls;
        let quiet = polls.last().cloned().expect("a match has a poll");
        let now = quiet.game_time;
        polls.push(quiet.clone().at(now + 4.0));
        let last = vec![quiet.at(now + 4.0)];
        let fingerprints = |stream: &Stream| -> BTreeSet<String> {
            let happened = stream.events.iter().filter(|event| event.kind.is_occurrence());
            happened.map(|event| format!("{} {:?}", event.id, event.data.ordinal)).collect()
        };
        prop_assert_eq!(fingerprints(&run(&last)), fingerprints(&run(&polls)));
    }

}
