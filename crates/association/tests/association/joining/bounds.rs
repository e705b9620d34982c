//! Whatever a device sends, what is kept of its session stays small.

use association::joining::{Evidence, SessionFlag, SessionSummary, nearest_starts};
use event_model::{Kind, MatchKey};

use super::{
    generated::{DeviceClock, Dice, EVENING, GOOD, MINUTE, Said, Session},
    matches::LeagueMatch,
};

/// Encoded as JSON, which is no compact form.
const ENCODED_MAX: usize = 48 * 1_024;

fn good(_: &mut Dice) -> DeviceClock {
    GOOD
}

fn hostile(count: u32) -> Session {
    let mut session = LeagueMatch::of(1, EVENING, 30).session(0, good);
    let like = session.said.last().expect("it said something").clone();
    for number in 0..count {
        let mut said = Said { device: u128::from(number % 97), ..like.clone() };
        said.account = format!("account {number}");
        said.actors.victim = Some(format!("victim {number}"));
        said.match_clock_ms = Some(i64::MAX - i64::from(number));
        said.kind = if number % 3 == 0 { Kind::RoundEnded } else { Kind::Kill };
        said.round = Some(number);
        let name = || Some(format!("name {number}"));
        said.evidence = Some(Evidence {
            roster: vec![format!("name {number}")],
            map: name(),
            mode: name(),
            match_id: name(),
            ..Evidence::default()
        });
        session.said.push(said);
    }
    session
}

#[test]
fn twenty_thousand_hostile_reports_leave_a_small_summary_that_says_so() {
    let summary = hostile(20_000).summary();
    let encoded = serde_json::to_vec(&summary).unwrap();
    assert!(encoded.len() <= ENCODED_MAX, "{} bytes", encoded.len());
    assert_eq!(
        summary.flags(),
        [
            SessionFlag::RosterOverflow,
            SessionFlag::SeveralIds,
            SessionFlag::SeveralPlaces,
            SessionFlag::EventsOverflow,
            SessionFlag::ClocksOverflow,
        ]
    );
    assert!(summary.block_keys().len() <= 4 + 64 + 64 + 1);
    assert_eq!(serde_json::from_slice::<SessionSummary>(&encoded).unwrap(), summary);
}

#[test]
fn what_ten_tell_under_the_games_own_id_is_not_too_long_to_be_compared() {
    let sessions = LeagueMatch::of(1, EVENING, 90).sessions(good);
    let mut all = sessions[0].clone();
    for (number, other) in (0_i64..).zip(&sessions[1..]) {
        let told = other.said.iter().cloned();
        all.said.extend(told.map(|said| Said { mono_ms: said.mono_ms + number, ..said }));
    }
    assert_eq!(all.summary().flags(), [SessionFlag::EventsOverflow]);
    all.key = MatchKey::native(&all.game, "77");
    assert_eq!(all.summary().flags(), []);
}

#[test]
fn what_is_kept_of_too_much_does_not_depend_on_its_order() {
    let session = hostile(1_000);
    let mut mixed = session.clone();
    Dice::of(7).shuffle(&mut mixed.said);
    assert_eq!(session.summary(), mixed.summary());
}

#[test]
fn the_nearest_starts_are_compared_and_the_rest_is_counted() {
    let around = LeagueMatch::of(0, EVENING, 3).session(0, good).summary();
    let others: Vec<_> = (1..400)
        .map(|number| {
            let start = EVENING + i64::try_from(number).unwrap() * MINUTE / 2;
            LeagueMatch::of(number, start, 3).session(0, good).summary()
        })
        .collect();
    let neighbours = nearest_starts(&around, &others);
    assert!(neighbours.overflowed);
    assert_eq!(neighbours.keys.len(), 255);
    assert_eq!(neighbours.keys[0], *others[0].key());
    let few = nearest_starts(&around, others.iter().take(20));
    assert_eq!((few.keys.len(), few.overflowed), (20, false));
    let tomorrow = LeagueMatch::of(9, EVENING + 24 * 60 * MINUTE, 3).session(0, good).summary();
    assert!(nearest_starts(&around, [&tomorrow]).keys.is_empty());
}
