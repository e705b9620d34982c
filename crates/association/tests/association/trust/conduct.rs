//! Whose clock has a vote.

use association::trust::{Account, Conduct, voters};

fn upright(account: u64) -> Conduct {
    // A tenth of a second to and fro.
    let residuals = (0..100).map(|number| (number * 10_000, number % 7 * 30 - 100)).collect();
    Conduct { account: Account(account), seen: 140, doubtful: 1, steps: 1, residuals }
}

fn inventing(account: u64) -> Conduct {
    Conduct { doubtful: 40, ..upright(account) }
}

fn drifting(account: u64) -> Conduct {
    let residuals = (0..100).map(|number| (number * 10_000, number * 30)).collect();
    Conduct { residuals, ..upright(account) }
}

fn pulled_away(account: u64) -> Conduct {
    Conduct { steps: 5, ..upright(account) }
}

fn accounts(numbers: impl IntoIterator<Item = u64>) -> Vec<Account> {
    numbers.into_iter().map(Account).collect()
}

#[test]
fn who_invents_or_drifts_has_no_vote() {
    let mut conducts: Vec<_> = (0..7).map(upright).collect();
    conducts.extend([inventing(7), drifting(8), pulled_away(9)]);
    assert!(voters(&conducts).into_iter().eq(accounts(0..7)));
}

#[test]
fn a_majority_is_never_put_out() {
    let conducts: Vec<_> = (0..4).map(upright).chain((4..10).map(drifting)).collect();
    assert!(voters(&conducts).into_iter().eq(accounts(0..10)));
    let of_two = [upright(0), inventing(1)];
    assert_eq!(voters(&of_two).len(), 2, "of two nobody knows who is right");
}

#[test]
fn a_few_lone_reports_are_no_inventions() {
    let few = Conduct { doubtful: 3, ..upright(0) };
    assert!(!few.invents());
    let short = Conduct { seen: 4, doubtful: 2, ..upright(0) };
    assert!(!short.invents());
}
