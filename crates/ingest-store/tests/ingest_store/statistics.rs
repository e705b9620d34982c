//! What players did, counted as the record changes and counted anew.

use std::collections::BTreeMap;

use ingest_api::{OccurrenceView, Standing};
use ingest_store::{PageRequest, Store, Viewer};
use proptest::prelude::*;

use crate::matches::{KEY, Match};

type Sums = BTreeMap<String, [u64; 4]>;

/// By what the list of occurrences says, and by whom each event names.
fn counted_anew(of: &Match) -> Sums {
    let mut sums = Sums::new();
    for occurrence in listed(&of.fixture.store).iter().filter(|one| counts(one)) {
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
        Standing::Lone => occurrence.expected <= 1,
        Standing::Contradicted => false,
    };
    is_believed && !occurrence.late
}

fn listed(store: &Store) -> Vec<OccurrenceView> {
    let page = PageRequest { after: None, limit: 1_000 };
    let found = store.occurrences(Viewer::Reader, KEY, &page).unwrap().found();
    found.map(|found| found.occurrences).unwrap_or_default()
}

fn kept(store: &Store) -> Sums {
    let of = store.statistics(Viewer::Reader, KEY).unwrap().found();
    let players = of.into_iter().flat_map(|of| of.players);
    players.map(|one| (one.account, [one.kills, one.deaths, one.assists, one.objectives])).collect()
}

fn cases() -> ProptestConfig {
    ProptestConfig::with_cases(if std::env::var_os("RINGSIDE_LONG").is_some() { 300 } else { 3 })
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn what_is_kept_is_what_the_list_says_counted_anew(seed: u64) {
        let mut of = Match::new(seed, 40);
        while of.goes_on() {
            of.step();
            prop_assert_eq!(kept(&of.fixture.store), counted_anew(&of), "seed {}", seed);
        }
        let sums = kept(&of.fixture.store);
        prop_assert!(!sums.is_empty());
        for (account, numbers) in &sums {
            let all = of.fixture.store.player_statistics(account).unwrap();
            prop_assert_eq!(all.games.len(), 1);
            prop_assert_eq!((all.games[0].matches, all.games[0].kills), (1, numbers[0]));
        }
    }
}
