//! Every lie shows in what a liar sends, and nowhere else.

use std::collections::{BTreeMap, BTreeSet};

use simulator::crowd::{Crowd, CrowdPlan, Lie, RuleSet, Sent};

use super::{late_ms, of, plain};

#[test]
fn liars_make_the_same_kills_up_and_nobody_else_does() {
    let crowd = Crowd::of(&CrowdPlan { liars: 2, ..plain(1) });
    let made_up: BTreeMap<usize, usize> = crowd
        .sent
        .iter()
        .filter(|sent| sent.truth.is_none())
        .fold(BTreeMap::new(), |mut found, sent| {
            *found.entry(sent.device_no).or_default() += 1;
            found
        });
    assert_eq!(made_up, BTreeMap::from([(8, 40), (9, 40)]));
    assert!(crowd.sent.iter().all(|sent| sent.by_liar == (sent.device_no >= 8)));
}

#[test]
fn each_lie_shows() {
    let honest = Crowd::of(&plain(1)).sent.len();
    for lie in Lie::ALL {
        let crowd = Crowd::of(&CrowdPlan { liars: 1, lie, ..plain(1) });
        let kills = crowd.happened.len();
        let expected = match lie {
            Lie::Invents | Lie::InventsOnTime | Lie::ListsStrangers | Lie::Nameless => {
                honest + 40..=honest + 40
            }
            Lie::Impersonates => honest + 400..=honest + 400,
            Lie::Repeats | Lie::Twins | Lie::TwinsOfStrangers | Lie::TwinsOfAnother => {
                honest + kills..=honest + kills
            }
            Lie::ShiftsClock | Lie::AbsurdClocks | Lie::Deletes => honest..=honest,
            Lie::Omits => honest - kills * 7 / 10..=honest - kills * 3 / 10,
            Lie::Floods => honest + 2_000..=honest + 2_000,
        };
        assert!(expected.contains(&crowd.sent.len()), "{lie:?}: {}", crowd.sent.len());
    }
}

#[test]
fn a_liar_can_invent_with_a_right_clock() {
    let latest = |lie| {
        let crowd = Crowd::of(&CrowdPlan { liars: 1, lie, ..plain(1) });
        let own = crowd.sent.iter().filter(|sent| sent.by_liar && sent.truth.is_some());
        own.map(|sent| late_ms(&crowd, sent)).max().unwrap()
    };
    assert!(latest(Lie::Invents) > 6_000);
    assert!(latest(Lie::InventsOnTime) < 5_500);
}

#[test]
fn twins_are_told_at_one_instant_under_two_ids_in_the_name_that_the_lie_has() {
    for (lie, observer, device_no) in [
        (Lie::Twins, "Jun #EU9", 9),
        (Lie::TwinsOfStrangers, "Jun #EU19", 9),
        (Lie::TwinsOfAnother, "Ana #EU0", 9),
    ] {
        let crowd = Crowd::of(&CrowdPlan { liars: 1, lie, miss_pct: 30, ..plain(1) });
        let own = of(&crowd, device_no);
        assert!(own.iter().all(|sent| sent.told.observer == observer), "{lie:?}");
        assert_eq!(own.len(), 2 * crowd.happened.len(), "it misses nothing");
        let instants: BTreeSet<_> = own.iter().map(|sent| sent.told.observed.mono_ms).collect();
        let ids: BTreeSet<_> = own.iter().map(|sent| &sent.told.event_id).collect();
        assert!(instants.len() <= crowd.happened.len());
        assert_eq!(ids.len(), own.len());
    }
}

#[test]
fn the_nameless_name_no_observer() {
    let crowd = Crowd::of(&CrowdPlan { liars: 2, lie: Lie::Nameless, ..plain(1) });
    for sent in &crowd.sent {
        assert_eq!(sent.report().observer.is_none(), sent.by_liar);
    }
}

#[test]
fn an_impersonator_speaks_in_all_names_and_under_ids_of_their_own() {
    let crowd = Crowd::of(&CrowdPlan { liars: 1, lie: Lie::Impersonates, ..plain(1) });
    let made_up: Vec<&Sent> = crowd.sent.iter().filter(|sent| sent.truth.is_none()).collect();
    let texts = |of: fn(&Sent) -> &str| -> BTreeSet<String> {
        made_up.iter().map(|sent| of(sent).to_owned()).collect()
    };
    assert!(made_up.iter().all(|sent| sent.device_no == 9));
    assert_eq!(texts(|sent| &sent.told.observer).len(), 10);
    assert_eq!(texts(|sent| &sent.told.event_id).len(), made_up.len());
}

#[test]
fn a_liar_lists_strangers_by_their_own_word_and_the_others_the_players() {
    let lie = Lie::ListsStrangers;
    let crowd = Crowd::of(&CrowdPlan { liars: 1, lie, lists_players: true, ..plain(1) });
    let (own, strangers): (Vec<_>, Vec<_>) =
        crowd.listed.iter().partition(|list| list.players.len() == 10);
    assert_eq!((own.len(), strangers.len()), (9, 30));
    assert!(strangers.iter().all(|list| list.players.contains(&list.observer)));
    assert!(strangers.iter().all(|list| list.device == of(&crowd, 9)[0].told.device));
}

#[test]
fn only_liars_delete_and_only_their_own() {
    let crowd = Crowd::of(&CrowdPlan { liars: 2, lie: Lie::Deletes, ..plain(1) });
    let of_liars = crowd.sent.iter().filter(|sent| sent.by_liar).count();
    assert!(crowd.deleted.iter().all(|report| crowd.sent[*report].by_liar));
    assert!((of_liars * 4 / 10..of_liars * 6 / 10).contains(&crowd.deleted.len()));
    assert!(Crowd::of(&CrowdPlan { liars: 2, ..plain(1) }).deleted.is_empty());
}

#[test]
fn in_counter_strike_liars_tell_halves_of_their_own() {
    let lie = Lie::InventsOnTime;
    let plan = CrowdPlan { liars: 2, lie, ..CrowdPlan::of_game(1, RuleSet::Cs2) };
    let crowd = Crowd::of(&plan);
    let made_up: Vec<&Sent> = crowd.sent.iter().filter(|sent| sent.truth.is_none()).collect();
    assert_eq!(made_up.len(), 80, "forty kills, each told by its killer and its victim");
    for sent in made_up {
        let actors = &sent.told.actors;
        assert!(actors.attacker.is_none() || actors.victim.is_none(), "a whole kill: {sent:?}");
        let own = actors.attacker.as_ref().or(actors.victim.as_ref());
        assert_eq!(own, Some(&sent.told.observer));
        assert!(sent.told.ordinal.as_ref().is_some_and(|ordinal| ordinal.value >= 1_000));
    }
}

#[test]
fn absurd_clocks_stand_where_numbers_end() {
    let crowd = Crowd::of(&CrowdPlan { liars: 2, lie: Lie::AbsurdClocks, ..plain(1) });
    assert!(of(&crowd, 9).iter().all(|sent| sent.told.observed.mono_ms >= 1 << 63));
    let ends: BTreeSet<_> = of(&crowd, 8).iter().map(|sent| sent.told.match_clock_ms).collect();
    assert_eq!(ends, BTreeSet::from([Some(i64::MIN), Some(i64::MAX)]));
    assert!(of(&crowd, 7).iter().all(|sent| sent.told.match_clock_ms.is_none()));
}
