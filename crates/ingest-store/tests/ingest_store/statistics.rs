//! What players did, counted as the record changes and counted anew.

use std::collections::BTreeMap;

use ingest_api::{OccurrenceView, Standing};
use ingest_store::{PageRequest, Store, Viewer};
use proptest::prelude::*;

use crate::matches::{KEYS, Match, Shown};

type Sums = BTreeMap<String, [u64; 4]>;

/// By what the lists of occurrences say, and by whom each event names.
fn counted_anew(of: &Match) -> Sums {
    let mut sums = Sums::new();
    for occurrence in listed(&of.fixture.store).into_iter().filter(counts) {
        let mut add = |account: &str, place: usize| {
            sums.entry(account.to_owned()).or_default()[place] += 1;
        };
        let actors = &occurrence.actors;
        if occurrence.details["attacker_kind"] == "player" && actors.attacker != actors.victim {
            add(actors.attacker.as_deref().unwrap(), 0);
        }
        add(actors.victim.as_deref().unwrap(), 1);
        // Every device is another account.
        let naming = occurrence
            .witnesses
            .iter()
            .filter(|witness| of.helpers[&witness.event_id].as_ref() == actors.assists.first());
        if naming.count() * 2 > occurrence.witnesses.len() {
            actors.assists.iter().for_each(|helper| add(helper, 2));
        }
    }
    sums
}

fn counts(occurrence: &OccurrenceView) -> bool {
    let is_believed = match occurrence.standing {
        Standing::Confirmed | Standing::Supported => true,
        Standing::Lone => (occurrence.seen_by, occurrence.expected) == (1, 1),
        Standing::Contradicted => false,
    };
    // A type of somebody else's counts for nobody.
    is_believed && !occurrence.late && occurrence.kind != "com.example.lap"
}

/// Of all keys that are a match's still.
fn listed(store: &Store) -> Vec<OccurrenceView> {
    let page = PageRequest { after: None, limit: 1_000 };
    let found = |key| store.occurrences(Viewer::Reader, key, &page).unwrap().found();
    KEYS.into_iter().filter_map(found).flat_map(|found| found.occurrences).collect()
}

fn kept(store: &Store) -> Sums {
    let mut sums = Sums::new();
    let of = |key| store.statistics(Viewer::Reader, key).unwrap().found();
    for one in KEYS.into_iter().filter_map(of).flat_map(|of| of.players) {
        let numbers = [one.kills, one.deaths, one.assists, one.objectives];
        let sum = sums.entry(one.account).or_default();
        (0..4).for_each(|place| sum[place] += numbers[place]);
    }
    sums
}

fn cases() -> ProptestConfig {
    ProptestConfig::with_cases(if std::env::var_os("RINGSIDE_LONG").is_some() { 300 } else { 3 })
}

/// Else the comparison below would hold for a count of nothing.
#[test]
fn a_match_of_the_comparison_counts_for_its_players() {
    let mut of = Match::new(7, Shown::Whole, 40);
    while of.goes_on() {
        of.step();
    }
    assert!(kept(&of.fixture.store).len() > 3);
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn what_is_kept_is_what_the_lists_say_counted_anew(seed: u64) {
        let mut of = Match::new(seed, Shown::Whole, 40);
        while of.goes_on() {
            of.step();
            prop_assert_eq!(kept(&of.fixture.store), counted_anew(&of), "seed {}", seed);
        }
        let sums = kept(&of.fixture.store);
        for (account, numbers) in &sums {
            let all = of.fixture.store.player_statistics(account).unwrap();
            prop_assert_eq!(all.games.len(), 1);
            prop_assert_eq!(all.games[0].kills, numbers[0]);
            prop_assert_eq!(all.games[0].assists, numbers[2]);
        }
    }
}
