//! Whose word counts.

use std::collections::{BTreeMap, BTreeSet};

use association::trust::{Account, Quorum, agreed_roster};
use event_model::DeviceId;
use uuid::Uuid;

const ANA: Account = Account(1);
const BO: Account = Account(2);
const STRANGER: Account = Account(99);

fn device(number: u128) -> DeviceId {
    DeviceId(Uuid::from_u128(number))
}

fn quorum(sent: &[(u128, Account, u32)]) -> Quorum {
    let sent = sent.iter().map(|(number, account, count)| ((device(*number), *account), *count));
    Quorum::new(&sent.collect())
}

#[test]
fn two_devices_of_one_account_are_one_witness_and_shown() {
    let quorum = quorum(&[(1, ANA, 100), (2, ANA, 50)]);
    assert_eq!(quorum.witness(device(1), ANA), Some(ANA));
    assert_eq!(quorum.witness(device(2), ANA), Some(ANA));
    assert!(quorum.devices().all(|(_, trust)| trust.second_device && !trust.second_account));
}

#[test]
fn a_device_counts_for_one_account_however_many_it_speaks_for() {
    let quorum = quorum(&[(1, ANA, 3), (1, BO, 2), (1, STRANGER, 3)]);
    let counted = [ANA, BO, STRANGER].map(|account| quorum.witness(device(1), account));
    assert_eq!(counted, [Some(ANA), None, None], "with as many the smaller account");
    assert!(quorum.devices().all(|(_, trust)| trust.second_account));
}

#[test]
fn who_is_not_in_the_match_is_no_witness() {
    let quorum = quorum(&[(1, ANA, 9), (2, STRANGER, 9)]).without([STRANGER].into());
    assert_eq!(quorum.witness(device(2), STRANGER), None);
    let outsiders: Vec<_> = quorum.devices().map(|(_, trust)| trust.outsider).collect();
    assert_eq!(outsiders, [false, true]);
}

#[test]
fn a_roster_is_what_most_lists_agree_on() {
    let ten: BTreeSet<_> = (1..=10).map(Account).collect();
    let honest = |account| (Account(account), ten.clone());
    let mut lists: BTreeMap<_, _> = (1..=5).map(honest).collect();
    assert_eq!(agreed_roster(&lists), Some(ten.clone()));
    for liar in 6..=9 {
        // Each leaves everybody else out and brings two strangers in.
        lists.insert(Account(liar), [Account(liar), Account(98), STRANGER].into());
    }
    assert_eq!(agreed_roster(&lists), Some(ten));
}

#[test]
fn a_glimpse_of_oneself_is_no_list() {
    let alone = |account| (account, BTreeSet::from([account]));
    assert_eq!(agreed_roster(&[alone(ANA), alone(BO)].into()), None);
    let one_list = BTreeMap::from([(ANA, BTreeSet::from([ANA, BO])), alone(BO)]);
    assert_eq!(agreed_roster(&one_list), Some([ANA, BO].into()));
}
