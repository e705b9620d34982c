//! Who was expected, what that makes of an occurrence, and how sure it is.

use association::trust::{
    Account, Assessment, Confidence, Coverage, Seers, Sighted, Span, Standing, assess, withstood,
};
use proptest::prelude::*;

const MATCH_MS: i64 = 40 * 60_000;

fn seen(at_ms: i64, accounts: impl IntoIterator<Item = u64>) -> Sighted {
    let mut seen_by: Vec<_> = accounts.into_iter().map(Account).collect();
    seen_by.sort_unstable();
    Sighted { at_ms, seen_by, seers: Seers::Everybody, is_native: true, is_timed: true }
}

fn watched(account: u64, from_ms: i64, to_ms: i64) -> Coverage {
    let watched = vec![Span { from_ms, to_ms }];
    let lost = Vec::new();
    let (saw_start, saw_end) = (false, false);
    Coverage { account: Account(account), watched, lost, is_timed: true, saw_start, saw_end }
}

fn all_match(accounts: u64) -> Vec<Coverage> {
    (0..accounts).map(|account| watched(account, 0, MATCH_MS)).collect()
}

/// A kill a minute that all saw.
fn forty_kills(accounts: u64) -> Vec<Sighted> {
    (1..40).map(|minute| seen(minute * 60_000, 0..accounts)).collect()
}

fn last(assessment: &Assessment) -> association::trust::Trust {
    *assessment.occurrences.last().unwrap()
}

/// What `liars` of `players` agree on while the others saw a match.
fn invention(liars: u64, players: u64) -> association::trust::Trust {
    let mut sighted = forty_kills(players);
    sighted.push(seen(90_000, 0..liars));
    last(&assess(&sighted, &all_match(players)))
}

#[test]
fn of_ten_players_five_confirm_nothing_and_six_do() {
    let standings: Vec<_> = (1..=6).map(|liars| invention(liars, 10).standing).collect();
    assert_eq!(
        standings,
        [
            Standing::Contradicted,
            Standing::Contradicted,
            Standing::Contradicted,
            Standing::Supported,
            Standing::Supported,
            Standing::Confirmed,
        ]
    );
}

#[test]
fn so_many_are_withstood_whatever_their_number() {
    for players in 2..=64 {
        let most = u64::try_from(withstood(usize::try_from(players).unwrap())).unwrap();
        assert_ne!(invention(most, players).standing, Standing::Confirmed, "of {players}");
        assert_eq!(invention(most + 1, players).standing, Standing::Confirmed, "of {players}");
    }
}

#[test]
fn one_liar_confirms_nothing_alone() {
    for players in 1..=10 {
        assert_ne!(invention(1, players).standing, Standing::Confirmed);
    }
}

#[test]
fn a_lone_report_that_others_contradict_is_flagged_and_hardly_believed() {
    let lone = invention(1, 10);
    assert_eq!((lone.seen_by, lone.expected), (1, 10));
    assert!(lone.is_doubtful && lone.confidence.thousandths() < 10);
    let four = invention(4, 10);
    assert!(four.is_doubtful, "six sharp-eyed players do not miss one thing together");
}

#[test]
fn what_nobody_saw_whose_word_counts_is_not_believed_at_all() {
    for watchers in 0..=10 {
        let of_nobody = last(&assess(&[seen(90_000, [])], &all_match(watchers)));
        assert_eq!(usize::try_from(watchers), Ok(of_nobody.expected));
        assert_eq!((of_nobody.seen_by, of_nobody.confidence.thousandths()), (0, 0));
    }
}

#[test]
fn the_only_witness_is_believed_but_not_wholly() {
    let assessment = assess(&forty_kills(1), &all_match(1));
    let trust = last(&assessment);
    assert_eq!(trust.standing, Standing::Lone);
    assert_eq!(trust.confidence.thousandths(), 900);
    assert!(!trust.is_doubtful);
}

#[test]
fn ten_witnesses_are_as_sure_as_can_be() {
    let trust = last(&assess(&forty_kills(10), &all_match(10)));
    assert_eq!((trust.standing, trust.confidence), (Standing::Confirmed, Confidence::MOST));
}

#[test]
fn a_counted_id_is_never_wholly_sure() {
    let mut sighted = forty_kills(10);
    for seen in &mut sighted {
        seen.is_native = false;
    }
    assert_eq!(last(&assess(&sighted, &all_match(10))).confidence.thousandths(), 900);
}

#[test]
fn who_came_later_or_left_is_not_expected() {
    let coverage =
        [watched(0, 0, MATCH_MS), watched(1, 0, MATCH_MS), watched(2, 20 * 60_000, MATCH_MS)];
    let trust = assess(&[seen(5 * 60_000, [0, 1])], &coverage).occurrences[0];
    assert_eq!((trust.expected, trust.standing), (2, Standing::Confirmed));
}

#[test]
fn what_a_device_declares_as_lost_is_not_held_against_anybody() {
    let mut coverage = all_match(3);
    coverage[2].lost.push(Span { from_ms: 4 * 60_000, to_ms: 6 * 60_000 });
    let trust = assess(&[seen(5 * 60_000, [0, 1])], &coverage).occurrences[0];
    assert_eq!(trust.expected, 2);
}

#[test]
fn who_saw_nothing_for_a_while_was_away_and_contradicts_nothing() {
    let mut sighted = forty_kills(3);
    for seen in &mut sighted[10..20] {
        seen.seen_by.pop();
    }
    let meanwhile = 15 * 60_000 + 30_000;
    sighted.push(seen(meanwhile, [0]));
    let assessment = assess(&sighted, &all_match(3));
    let trust = last(&assessment);
    assert_eq!((trust.expected, trust.standing), (2, Standing::Lone));
    assert_eq!(assessment.accounts[&Account(2)].away.len(), 1);
    assert_eq!(assessment.accounts[&Account(2)].missed, 0, "nobody misses while away");
}

#[test]
fn liars_cannot_make_others_seem_away() {
    let mut sighted = forty_kills(10);
    // Five of ten agree on one invention after the other.
    sighted.extend((0..30).map(|number| seen(600_500 + number * 1_000, 0..5)));
    let assessment = assess(&sighted, &all_match(10));
    assert!(assessment.accounts.values().all(|account| account.away.is_empty()));
    assert!(assessment.occurrences[39..].iter().all(|trust| trust.standing != Standing::Confirmed));
}

#[test]
fn a_kill_that_two_games_show_is_confirmed_by_these_two() {
    let seers = Seers::Only(vec![Account(3), Account(7)]);
    let halves = Sighted { seers, ..seen(60_000, [3, 7]) };
    let trust = assess(&[halves], &all_match(10)).occurrences[0];
    assert_eq!((trust.expected, trust.standing), (2, Standing::Confirmed));
}

#[test]
fn an_account_that_misses_much_says_less_by_missing() {
    let mut sighted = forty_kills(6);
    sighted.push(seen(90_000, [0, 1]));
    let sharp_eyed = last(&assess(&sighted, &all_match(6)));
    for account in 2..6 {
        let number = usize::try_from(account).unwrap();
        for seen in sighted[..39].iter_mut().skip(number).step_by(3) {
            seen.seen_by.retain(|seen_by| *seen_by != Account(account));
        }
    }
    let missing_often = last(&assess(&sighted, &all_match(6)));
    assert!(sharp_eyed.is_doubtful && !missing_often.is_doubtful);
    assert!(missing_often.confidence > sharp_eyed.confidence);
}

#[test]
fn who_saw_the_match_end_speaks_against_what_is_said_to_come_after() {
    let mut sighted = forty_kills(10);
    let after = 60 * 60_000;
    sighted.push(seen(after, 0..4));
    let mut coverage = all_match(10);
    for liar in &mut coverage[..4] {
        liar.watched[0].to_ms = 2 * after;
    }
    let left_alone = last(&assess(&sighted, &coverage));
    assert_eq!(left_alone.standing, Standing::Confirmed, "nobody else is known to have been there");
    for honest in &mut coverage[4..] {
        honest.saw_end = true;
    }
    assert_eq!(last(&assess(&sighted, &coverage)).standing, Standing::Supported);
}

proptest! {
    #[test]
    fn more_witnesses_are_never_less_sure(players in 2u64..12, seen_by in 0u64..11) {
        prop_assume!(seen_by < players);
        let (fewer, more) = (invention(seen_by, players), invention(seen_by + 1, players));
        prop_assert!(more.confidence >= fewer.confidence);
        prop_assert!(!more.is_doubtful || fewer.is_doubtful);
    }

    #[test]
    fn the_order_of_what_was_seen_changes_nothing(
        kills in prop::collection::vec((0i64..MATCH_MS, 0u16..1024), 1..60),
    ) {
        let sighted: Vec<_> = kills
            .iter()
            .map(|(at_ms, seen_by)| seen(*at_ms, (0..10).filter(|bit| seen_by >> bit & 1 == 1)))
            .collect();
        let mut reversed = sighted.clone();
        reversed.reverse();
        let (one, other) = (assess(&sighted, &all_match(10)), assess(&reversed, &all_match(10)));
        let mut occurrences = other.occurrences;
        occurrences.reverse();
        prop_assert_eq!(one.occurrences, occurrences);
        prop_assert_eq!(one.accounts, other.accounts);
    }
}
