//! Lists of players: what they take away from whom, and what they cannot.

use std::collections::BTreeMap;

use association::{MatchState, OccurrenceNo, StreamFlag, StreamView, Streams, trust::Standing};
use event_model::DeviceId;
use proptest::prelude::*;
use uuid::Uuid;

use crate::{sketch::league, told::Told};

/// A list as a device tells it for somebody.
#[derive(Debug, Clone)]
struct Listed {
    device: u128,
    observer: String,
    names: Vec<String>,
}

/// What a match is told, in any order.
#[derive(Debug, Clone)]
enum Word {
    Lists(Listed),
    Tells(Box<Told>),
}

fn player(number: u128) -> String {
    format!("player {number}")
}

fn players(numbers: impl IntoIterator<Item = u128>) -> Vec<String> {
    numbers.into_iter().map(player).collect()
}

fn lists(device: u128, names: Vec<String>) -> Word {
    Word::Lists(Listed { device, observer: player(device), names })
}

/// The devices that tell of so many kills, half a minute apart.
fn tell(devices: impl IntoIterator<Item = u128> + Clone, kills: u64) -> Vec<Word> {
    told_from(devices, kills, 60_000, "Ana")
}

/// What devices make up together, between what really was.
fn invent(devices: impl IntoIterator<Item = u128> + Clone, kills: u64) -> Vec<Word> {
    told_from(devices, kills, 75_000, "nobody")
}

fn told_from(
    devices: impl IntoIterator<Item = u128> + Clone,
    kills: u64,
    first_ms: u64,
    attacker: &str,
) -> Vec<Word> {
    let of = |kill: u64, device: u128| {
        let late = u64::try_from(device * 7 % 90).unwrap();
        let victim = format!("victim {}", kill % 3);
        let at_ms = first_ms + kill * 30_000 + late;
        Word::Tells(Box::new(Told::kill(device, at_ms, attacker, &victim)))
    };
    (0..kills)
        .flat_map(|kill| devices.clone().into_iter().map(move |device| of(kill, device)))
        .collect()
}

fn heard(words: &[Word]) -> MatchState {
    let mut state = MatchState::new(league());
    for (position, word) in (1..).zip(words) {
        match word {
            Word::Lists(Listed { device, observer, names }) => {
                let device = DeviceId(Uuid::from_u128(*device));
                state.hear_roster(device, observer, names.iter().map(String::as_str));
            }
            Word::Tells(told) => {
                state.place(&told.report(position));
            }
        }
        state.resolve_if_due();
    }
    state.seal();
    state
}

fn views(state: &MatchState) -> Vec<StreamView> {
    Streams::read(&state.rows().whole).unwrap().views()
}

/// The accounts that have a flag.
fn flagged(state: &MatchState, flag: StreamFlag) -> Vec<String> {
    let flagged = views(state).into_iter().filter(|view| view.flags.contains(&flag));
    let mut accounts: Vec<String> =
        flagged.filter_map(|view| view.account.map(String::from)).collect();
    accounts.sort_unstable();
    accounts
}

/// How many occurrences stand how, by who is said to have done them.
fn standings(state: &MatchState) -> BTreeMap<(String, Standing), usize> {
    let attacker_of = |occurrence: OccurrenceNo| {
        let set = state.reports();
        let founder = occurrence.founder();
        let report = set.iter().find(|(_, report)| report.position == founder.0).unwrap().1;
        set.names().text(report.attacker).unwrap().to_owned()
    };
    let mut standings = BTreeMap::new();
    for occurrence in state.occurrences() {
        let whose = (attacker_of(occurrence.no), occurrence.belief.standing);
        *standings.entry(whose).or_default() += 1;
    }
    standings
}

fn confirmed(state: &MatchState, attacker: &str) -> usize {
    let of = (attacker.to_owned(), Standing::Confirmed);
    standings(state).get(&of).copied().unwrap_or_default()
}

/// Whom one device that is nobody's lists, for one made up observer after the
/// other.
fn made_up(device: u128, observers: u128) -> Vec<Word> {
    let names: Vec<String> = (0..observers.max(2)).map(|name| format!("F{name}")).collect();
    let of = |observer: u128| {
        let observer = format!("F{observer}");
        Word::Lists(Listed { device, observer, names: names.clone() })
    };
    (0..observers).map(of).collect()
}

#[test]
fn who_tells_of_nothing_takes_nobodys_word() {
    for (honest_list, observers) in [(true, 30), (false, 30), (false, 1), (false, 2)] {
        for is_first in [true, false] {
            let mut words = tell(1..=9, 20);
            if honest_list {
                words.extend((1..=9).map(|device| lists(device, players(1..=10))));
            }
            let at = if is_first { 0 } else { words.len() };
            words.splice(at..at, made_up(99, observers));
            let state = heard(&words);
            assert_eq!(confirmed(&state, "Ana"), 20, "{honest_list} {observers}");
            assert_eq!(flagged(&state, StreamFlag::Outsider), [""; 0]);
            assert_eq!(flagged(&state, StreamFlag::ContradictoryRoster), [""; 0]);
        }
    }
}

#[test]
fn lists_for_many_of_a_device_that_tells_too_are_flagged_and_take_nobodys_word() {
    for observers in [1, 2, 30] {
        let mut words = tell(1..=10, 20);
        words.extend(made_up(10, observers));
        let state = heard(&words);
        assert_eq!(confirmed(&state, "Ana"), 20);
        assert_eq!(flagged(&state, StreamFlag::Outsider), [""; 0]);
        assert_eq!(flagged(&state, StreamFlag::ContradictoryRoster), ["player 10"]);
    }
}

#[test]
fn two_of_ten_who_list_only_themselves_confirm_nothing_they_invent() {
    for honest_lists in [0, 1, 2, 8] {
        let mut words = tell(1..=10, 12);
        words.extend(invent(9..=10, 12));
        let liars = vec![player(9), player(10), "nobody".to_owned()];
        words.extend([lists(9, liars.clone()), lists(10, liars)]);
        words.extend((1..=honest_lists).map(|device| lists(device, players(1..=10))));
        let state = heard(&words);
        assert_eq!(confirmed(&state, "Ana"), 12, "{honest_lists}: {:?}", standings(&state));
        assert_eq!(confirmed(&state, "nobody"), 0, "{honest_lists}");
        assert_eq!(flagged(&state, StreamFlag::Outsider), [""; 0], "{honest_lists}");
        let flagged = flagged(&state, StreamFlag::ContradictoryRoster);
        assert_eq!(flagged, ["player 10", "player 9"], "{honest_lists}");
    }
}

/// Four who leave out just so many that they would be most of who is left.
#[test]
fn four_of_ten_cannot_list_themselves_to_a_majority() {
    for honest_lists in 0..=6 {
        let mut words = tell(1..=10, 12);
        words.extend(invent(7..=10, 12));
        words.extend((7..=10).map(|device| lists(device, players(4..=10))));
        words.extend((1..=honest_lists).map(|device| lists(device, players(1..=10))));
        let state = heard(&words);
        assert_eq!(confirmed(&state, "Ana"), 12, "{honest_lists}: {:?}", standings(&state));
        assert_eq!(confirmed(&state, "nobody"), 0, "{honest_lists}");
        assert_eq!(flagged(&state, StreamFlag::Outsider), [""; 0], "{honest_lists}");
    }
}

#[test]
fn strangers_whom_most_lists_leave_out_have_no_word() {
    let mut words = tell(1..=16, 12);
    words.extend(invent(11..=16, 12));
    words.extend((1..=10).map(|device| lists(device, players(1..=10))));
    words.extend((11..=16).map(|device| lists(device, players(1..=16))));
    let state = heard(&words);
    assert_eq!(confirmed(&state, "Ana"), 12);
    assert_eq!(confirmed(&state, "nobody"), 0);
    assert_eq!(flagged(&state, StreamFlag::Outsider), players(11..=16));
    assert!(state.occurrences().iter().all(|occurrence| occurrence.belief.expected <= 10));
}

#[test]
fn a_list_alone_takes_the_word_of_whom_nobody_bears_out() {
    let mut words = tell(1..=3, 12);
    words.extend(invent(4..=4, 12));
    words.push(lists(1, players(1..=3)));
    let state = heard(&words);
    assert_eq!(flagged(&state, StreamFlag::Outsider), ["player 4"]);
    assert!(state.occurrences().iter().all(|occurrence| occurrence.belief.expected <= 3));
}

/// Two devices that claim to be one account's.
#[test]
fn a_second_device_takes_no_name_from_an_accounts_list() {
    let mut words = tell(1..=5, 12);
    words.extend((1..=5).map(|device| lists(device, players(1..=5))));
    for liar in 11..=15 {
        let told = tell([liar], 12).into_iter().map(|word| match word {
            Word::Tells(told) => {
                let observer = Some(player(liar - 10));
                Word::Tells(Box::new(Told { observer, ..*told }))
            }
            Word::Lists(_) => word,
        });
        words.extend(told);
        let names = vec![player(liar - 10), "stranger".to_owned()];
        words.push(Word::Lists(Listed { device: liar, observer: player(liar - 10), names }));
    }
    let state = heard(&words);
    assert_eq!(confirmed(&state, "Ana"), 12);
    assert_eq!(flagged(&state, StreamFlag::Outsider), [""; 0]);
}

#[test]
fn more_than_can_be_of_names_accounts_and_devices_is_held_to_a_few() {
    let honest = || {
        let mut words = tell(1..=5, 12);
        words.extend((1..=5).map(|device| lists(device, players(1..=5))));
        words
    };
    let before = heard(&honest()).rows().whole.len();
    let mut words = honest();
    for device in 900..1_100 {
        for observer in 0..6 {
            let names = (0..30).map(|name| format!("{device} {observer} {name}")).collect();
            let observer = format!("lister {observer}");
            words.push(Word::Lists(Listed { device, observer, names }));
        }
    }
    words.extend((0..40).map(|list| {
        let names = (0..30).map(|name| format!("{list} {name}")).collect();
        lists(800, names)
    }));
    let state = heard(&words);
    assert!(state.rows().whole.len() < before + 64 * 64, "a device of too many keeps none");
    assert_eq!(confirmed(&state, "Ana"), 12);
    assert_eq!(flagged(&state, StreamFlag::ContradictoryRoster), [""; 0]);
}

/// Few devices and names, so that lists meet and contradict each other in every
/// way.
fn any_words() -> impl Strategy<Value = Vec<Word>> {
    let list = (1_u128..6, 1_u128..6, prop::collection::vec(1_u128..8, 0..70));
    let list = list.prop_map(|(device, observer, names)| {
        Word::Lists(Listed { device, observer: player(observer), names: players(names) })
    });
    let told = (1_u128..6, 0_u64..9, any::<bool>(), 1_u128..4).prop_map(
        |(device, kill, is_own, other)| {
            let mut told = Told::kill(device, 60_000 + kill * 30_000, "Ana", "Bo");
            told.observer = Some(player(if is_own { device } else { other }));
            told.event_id = format!("{kill} of {:?}", told.observer);
            Word::Tells(Box::new(told))
        },
    );
    (prop::collection::vec(list, 0..9), prop::collection::vec(told, 1..30))
        .prop_map(|(lists, told)| lists.into_iter().chain(told).collect())
}

/// When, how it stands, seen by how many of how many, and how sure that is.
type Believed = Vec<(i64, Standing, u16, u16, u16)>;

type Said = Vec<(Option<Box<str>>, DeviceId, Vec<StreamFlag>)>;

/// What stands at the seal, without the numbers that arrival gave.
fn said(state: &MatchState) -> (Said, Believed) {
    let views = views(state).into_iter();
    let mut flags: Said = views
        .map(|view| {
            let is_of_arrival = |flag: &StreamFlag| *flag == StreamFlag::SequenceWentBack;
            let flags = view.flags.into_iter().filter(|flag| !is_of_arrival(flag)).collect();
            (view.account, view.stream.device, flags)
        })
        .collect();
    flags.sort_unstable();
    let mut beliefs: Vec<_> = state
        .occurrences()
        .iter()
        .map(|occurrence| {
            let belief = occurrence.belief;
            let at = occurrence.said.at.at.unix_ms();
            let sure = belief.confidence.thousandths();
            (at, belief.standing, belief.seen_by, belief.expected, sure)
        })
        .collect();
    beliefs.sort_unstable();
    (flags, beliefs)
}

proptest! {
    #[test]
    fn lists_and_reports_say_the_same_in_any_order(
        (words, shuffled) in any_words().prop_flat_map(|words| {
            (Just(words.clone()), Just(words).prop_shuffle())
        }),
    ) {
        prop_assert_eq!(said(&heard(&words)), said(&heard(&shuffled)));
    }

    #[test]
    fn a_match_that_was_put_away_has_heard_the_same(words in any_words()) {
        let state = heard(&words);
        let again = MatchState::from_rows(league(), &state.rows()).unwrap();
        prop_assert_eq!(said(&state), said(&again));
        prop_assert_eq!(state.rows(), again.rows());
    }
}
