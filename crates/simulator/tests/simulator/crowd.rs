//! A crowd is what its plan says: each fault shows in the reports, and nothing
//! else changes with it.

mod files;
mod liars;

use std::collections::{BTreeMap, BTreeSet};

use association::TimeQuality;
use event_model::Kind;
use simulator::crowd::{
    ClockFault, Counters, Crowd, CrowdPlan, Outage, RoundClock, RuleSet, START_UNIX_MS, Sent, Step,
    Turns,
};

const HOUR_MS: i64 = 3_600_000;

fn plain(seed: u64) -> CrowdPlan {
    CrowdPlan { miss_pct: 0, outage: None, ..CrowdPlan::new(seed) }
}

fn of(crowd: &Crowd, device_no: usize) -> Vec<&Sent> {
    crowd.sent.iter().filter(|sent| sent.device_no == device_no).collect()
}

/// By how much a report's corrected time is behind what happened.
fn late_ms(crowd: &Crowd, sent: &Sent) -> i64 {
    let at_ms = crowd.happened[sent.truth.unwrap()].at_ms;
    sent.told.corrected.at.unix_ms() - START_UNIX_MS - i64::try_from(at_ms).unwrap()
}

#[test]
fn a_plan_gives_one_crowd_and_another_seed_another() {
    let plan = CrowdPlan::new(7);
    let (once, again) = (Crowd::of(&plan), Crowd::of(&plan));
    assert_eq!(once.sent, again.sent);
    assert_ne!(once.sent, Crowd::of(&CrowdPlan::new(8)).sent);
}

#[test]
fn the_middle_has_the_rates_of_its_plan() {
    let (mut kills, mut repeats, mut reports) = (0, 0, 0);
    for seed in 0..100 {
        let crowd = Crowd::of(&CrowdPlan::new(seed));
        kills += crowd.happened.len();
        repeats += crowd.happened.iter().filter(|happening| happening.is_repeat).count();
        reports += crowd.sent.len();
    }
    assert!((140..160).contains(&(kills / 100)), "{kills} kills in 100 matches");
    assert!((80..120).contains(&(1_000 * repeats / kills)), "{repeats} repeats of {kills}");
    assert!((890..910).contains(&(100 * reports / kills)), "{reports} reports of {kills}");
}

#[test]
fn known_clocks_tell_the_true_time_and_change_nothing_else() {
    let step = Step { by_ms: 7_000, share_pct: 100, times: 3 };
    for clock in [ClockFault::Chaos, ClockFault::UnannouncedWall(step), ClockFault::Good] {
        let plan = CrowdPlan { clock, ..CrowdPlan::new(5) };
        let known = Crowd::of(&CrowdPlan { clocks_known: true, ..plan.clone() });
        let told = Crowd::of(&plan);
        assert_eq!(known.sent.len(), told.sent.len());
        for (known_one, one) in known.sent.iter().zip(&told.sent) {
            assert_eq!((known_one.truth, known_one.arrived_ms), (one.truth, one.arrived_ms));
            assert_eq!(known_one.told.corrected.quality, TimeQuality::Good);
            assert!(late_ms(&known, known_one) >= 0, "witnesses are late and never early");
        }
    }
}

#[test]
fn nothing_happens_behind_the_end_of_a_match() {
    let rules = [RuleSet::League, RuleSet::Valorant, RuleSet::Cs2, RuleSet::RocketLeague];
    for (rules, seed) in rules.into_iter().flat_map(|rules| (0..50).map(move |seed| (rules, seed)))
    {
        let crowd = Crowd::of(&CrowdPlan { rules, ..CrowdPlan::new(seed) });
        let last = crowd.happened.last().unwrap();
        assert_eq!(last.kind, Kind::MatchEnded, "{rules:?} {seed}");
    }
}

#[test]
fn no_device_tells_of_a_happening_twice_and_all_keep_the_order() {
    let crowd = Crowd::of(&CrowdPlan::new(3));
    let mut seen = BTreeSet::new();
    assert!(crowd.sent.iter().all(|sent| seen.insert((sent.device_no, sent.truth))));
    for device_no in 0..10 {
        let sequences: Vec<_> =
            of(&crowd, device_no).iter().map(|sent| sent.told.sequence).collect();
        assert!(sequences.is_sorted(), "an outbox is sent in order");
    }
    assert!(crowd.sent.windows(2).all(|two| two[0].told.position < two[1].told.position));
}

#[test]
fn repeats_keep_their_gap() {
    let crowd = Crowd::of(&CrowdPlan { repeat_gap_ms: 3_000, ..plain(5) });
    let mut last: BTreeMap<_, u64> = BTreeMap::new();
    for kill in &crowd.happened {
        if let Some(before) = last.insert(kill.victim, kill.at_ms) {
            assert!(kill.at_ms - before >= 3_000);
        }
    }
}

#[test]
fn a_good_clock_is_late_and_never_early() {
    let crowd = Crowd::of(&plain(1));
    // 0.05 s of its error, times six, and 0.24 s of drift over 2,400 s.
    assert!(crowd.sent.iter().all(|sent| (-600..8_000).contains(&late_ms(&crowd, sent))));
    assert!(crowd.sent.iter().all(|sent| sent.told.corrected.quality == TimeQuality::Good));
}

#[test]
fn a_wrong_clock_is_wrong_by_one_amount_and_known_to_be_doubtful() {
    let clock = ClockFault::Even { most_ms: 3_600_000 };
    let crowd = Crowd::of(&CrowdPlan { clock, ..plain(1) });
    let mut widest = 0;
    for device_no in 0..10 {
        let sent = of(&crowd, device_no);
        let late: Vec<i64> = sent.iter().map(|sent| late_ms(&crowd, sent)).collect();
        let (least, most) = (late.iter().min().unwrap(), late.iter().max().unwrap());
        assert!(most - least < 8_000, "device {device_no} drifts by far: {least} to {most}");
        widest = widest.max(most.abs());
        assert!(sent.iter().all(|sent| sent.told.corrected.quality == TimeQuality::Low));
    }
    assert!((600_000..=HOUR_MS + 8_000).contains(&widest), "{widest}");
}

#[test]
fn only_an_announced_step_begins_an_epoch() {
    for (clock, epochs) in [
        (ClockFault::Announced(Step::SEVEN_SECONDS), 2),
        (ClockFault::Unannounced(Step::SEVEN_SECONDS), 1),
    ] {
        let crowd = Crowd::of(&CrowdPlan { clock, ..plain(1) });
        for device_no in 0..10 {
            let sent = of(&crowd, device_no);
            let found: BTreeSet<_> = sent.iter().map(|sent| sent.told.observed.epoch).collect();
            let steps = device_no < 3;
            assert_eq!(found.len(), if steps { epochs } else { 1 });
            let late: Vec<i64> = sent.iter().map(|sent| late_ms(&crowd, sent)).collect();
            let spread = late.iter().max().unwrap() - late.iter().min().unwrap();
            assert_eq!(spread > 6_500, steps, "{clock:?}, device {device_no}: {spread}");
        }
    }
}

#[test]
fn sleep_stops_the_clock_and_the_eyes_but_not_the_correction() {
    let clock = ClockFault::Sleep { ms: 90_000, share_pct: 30 };
    let crowd = Crowd::of(&CrowdPlan { clock, ..plain(1) });
    let sleeper = of(&crowd, 0);
    let mono = |sent: &&Sent| {
        i64::try_from(sent.told.observed.mono_ms).unwrap()
            - i64::try_from(crowd.happened[sent.truth.unwrap()].at_ms).unwrap()
    };
    assert!(mono(sleeper.first().unwrap()) - mono(sleeper.last().unwrap()) > 80_000);
    assert!(sleeper.len() < of(&crowd, 9).len());
    assert!(sleeper.iter().all(|sent| late_ms(&crowd, sent).abs() < 8_000));
}

#[test]
fn absurd_clocks_stand_in_1970_or_2106() {
    let clock = ClockFault::Absurd { share_pct: 100 };
    let crowd = Crowd::of(&CrowdPlan { clock, ..plain(1) });
    let year = |sent: &Sent| sent.told.time.to_string()[..4].to_owned();
    let years: BTreeSet<_> = crowd.sent.iter().map(year).collect();
    assert!(years.iter().all(|year| ["1970", "2106"].contains(&year.as_str())), "{years:?}");
}

#[test]
fn a_reboot_leaves_what_was_unsent_with_its_wall_clock() {
    let clock = ClockFault::Reboot { share_pct: 100 };
    let plan = CrowdPlan { clock, kills: 600, ..plain(2) };
    let crowd = Crowd::of(&plan);
    let low = crowd.sent.iter().filter(|sent| sent.told.corrected.quality == TimeQuality::Low);
    assert!((10..crowd.sent.len() / 5).contains(&low.count()));
    let epochs: BTreeSet<_> = crowd.sent.iter().map(|sent| sent.told.observed.epoch).collect();
    assert_eq!(epochs.len(), 20);
}

#[test]
fn an_outage_delays_what_it_hides() {
    let outage = Some(Outage { share_pct: 100, ms: (200_000, 900_000) });
    let crowd = Crowd::of(&CrowdPlan { outage, ..plain(1) });
    let waits =
        |sent: &&Sent| sent.arrived_ms > crowd.happened[sent.truth.unwrap()].at_ms + 100_000;
    assert!(crowd.sent.iter().filter(waits).count() > crowd.sent.len() / 10);
    assert_eq!(crowd.sent.len(), Crowd::of(&plain(1)).sent.len(), "and loses nothing");
}

#[test]
fn whoever_is_offline_for_the_second_half_sends_it_after_the_end() {
    let crowd = Crowd::of(&CrowdPlan { offline_second_half: 1, ..plain(1) });
    let end_ms = crowd.happened.last().unwrap().at_ms;
    let late = |device_no| {
        of(&crowd, device_no).iter().filter(|sent| sent.arrived_ms > end_ms + 30_000).count()
    };
    assert_eq!(late(0), 0);
    assert!(late(9) > 40);
}

#[test]
fn one_fault_changes_nothing_else() {
    let middle = Crowd::of(&CrowdPlan::new(4));
    let named = Crowd::of(&CrowdPlan { name_fault_pct: 2, ..CrowdPlan::new(4) });
    assert_eq!(middle.sent.len(), named.sent.len());
    let renamed = middle.sent.iter().zip(&named.sent).filter(|(one, other)| one != other).count();
    assert!((5..60).contains(&renamed), "{renamed} of {} reports", middle.sent.len());
    let missed = Crowd::of(&CrowdPlan { miss_pct: 30, ..CrowdPlan::new(4) });
    let at = |crowd: &Crowd| -> BTreeSet<_> {
        crowd
            .sent
            .iter()
            .map(|sent| (sent.device_no, sent.truth, sent.told.time.unix_ms()))
            .collect()
    };
    assert!(at(&missed).is_subset(&at(&middle)), "who misses more sees the rest as before");
}

#[test]
fn a_lagging_counter_is_one_behind_now_and_then() {
    let counters = Counters::Lagging { pct: 10 };
    let native = Crowd::of(&CrowdPlan { counters: Counters::Native, ..plain(1) });
    let lagging = Crowd::of(&CrowdPlan { counters, ..plain(1) });
    let value = |sent: &Sent| sent.told.ordinal.as_ref().map_or(0, |ordinal| ordinal.value);
    let behind: Vec<u64> = native
        .sent
        .iter()
        .zip(&lagging.sent)
        .map(|(one, other)| value(one) - value(other))
        .collect();
    assert!(behind.iter().all(|by| *by <= 1));
    let share = 100 * behind.iter().sum::<u64>() / u64::try_from(behind.len()).unwrap();
    assert!((7..13).contains(&share), "{share} %");
}

#[test]
fn two_streams_of_one_account_have_ids_of_their_own_unless_the_game_counts() {
    for (counters, shared) in [(Counters::None, false), (Counters::Native, true)] {
        let crowd = Crowd::of(&CrowdPlan { two_streams: 1, counters, ..plain(1) });
        let ids = |device_no| -> BTreeSet<_> {
            of(&crowd, device_no).iter().map(|sent| sent.told.event_id.clone()).collect()
        };
        assert_eq!(of(&crowd, 0)[0].told.observer, of(&crowd, 10)[0].told.observer);
        assert_ne!(of(&crowd, 0)[0].told.device, of(&crowd, 10)[0].told.device);
        assert_eq!(!ids(0).is_disjoint(&ids(10)), shared, "{counters:?}");
    }
}

#[test]
fn a_restart_in_the_last_minutes_leaves_a_short_stretch_on_a_clock_of_its_own() {
    let clock = ClockFault::Restart { deviation_ms: 30_000, unsent_ms: 0, share_pct: 30 };
    let (mut stretches, mut reports) = (0, 0);
    for seed in 0..20 {
        let plan = CrowdPlan { clock, turns: Turns::NearEnd, ..plain(seed) };
        let crowd = Crowd::of(&plan);
        for device_no in 0..10 {
            let sent = of(&crowd, device_no);
            let first = sent[0].told.observed.epoch;
            let later: Vec<_> =
                sent.iter().filter(|sent| sent.told.observed.epoch != first).collect();
            assert!(later.is_empty() || device_no < 3);
            let is_low = |sent: &&&Sent| sent.told.corrected.quality == TimeQuality::Low;
            assert!(later.iter().all(is_low));
            assert_eq!(sent.iter().filter(is_low).count(), later.len());
            stretches += usize::from(!later.is_empty());
            reports += later.len();
        }
    }
    assert!(stretches >= 50, "{stretches} of 60 restarts were followed by anything");
    assert!((2..=15).contains(&(reports / stretches)), "{reports} reports in {stretches}");
}

#[test]
fn what_an_offline_device_had_not_sent_at_its_restart_has_its_wall_clock_alone() {
    let clock = ClockFault::Restart { deviation_ms: 2_000, unsent_ms: 300_000, share_pct: 100 };
    let crowd = Crowd::of(&CrowdPlan { clock, turns: Turns::NearEnd, ..plain(1) });
    for device_no in 0..10 {
        let sent = of(&crowd, device_no);
        let low = sent.iter().filter(|sent| sent.told.corrected.quality == TimeQuality::Low);
        let low: Vec<_> = low.collect();
        let epochs: BTreeSet<_> = low.iter().map(|sent| sent.told.observed.epoch).collect();
        assert_eq!(epochs.len(), 2, "some of before and some of after");
        let waited = low
            .iter()
            .filter(|sent| sent.arrived_ms > crowd.happened[sent.truth.unwrap()].at_ms + 60_000);
        assert!(waited.count() >= 3, "it was offline before");
    }
}

#[test]
fn near_the_end_somebody_joins_for_a_few_kills() {
    let plan = CrowdPlan { late_join_pct: 30, turns: Turns::NearEnd, ..plain(1) };
    let crowd = Crowd::of(&plan);
    for device_no in 0..3 {
        assert!((1..20).contains(&of(&crowd, device_no).len()));
    }
    assert!(of(&crowd, 3).len() > 100);
}

#[test]
fn rounds_are_the_source_s_or_each_clock_s_own() {
    let clock = ClockFault::Even { most_ms: 3_600_000 };
    let rounds = |round_clock| {
        let crowd = Crowd::of(&CrowdPlan { clock, round_clock, ..plain(1) });
        let mut said: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
        for sent in &crowd.sent {
            said.entry(sent.truth).or_default().insert(sent.told.round);
        }
        said.values().filter(|rounds| rounds.len() > 1).count()
    };
    assert_eq!(rounds(RoundClock::Source), 0);
    assert!(rounds(RoundClock::Wall) > 100);
}

#[test]
fn every_game_tells_in_its_own_way() {
    let kinds = |rules| -> BTreeSet<Kind> {
        let crowd = Crowd::of(&CrowdPlan::of_game(1, rules));
        crowd.sent.iter().map(|sent| sent.told.kind).collect()
    };
    assert_eq!(kinds(RuleSet::Kills), BTreeSet::from([Kind::Kill]));
    assert!(kinds(RuleSet::League).is_superset(&BTreeSet::from([
        Kind::FirstBlood,
        Kind::MultiKill,
        Kind::StructureDestroyed,
        Kind::ObjectiveTaken,
        Kind::MatchEnded,
    ])));
    let rounds = BTreeSet::from([Kind::RoundStarted, Kind::RoundEnded, Kind::BombPlanted]);
    assert!(kinds(RuleSet::Valorant).is_superset(&rounds));
    assert!(kinds(RuleSet::Cs2).is_superset(&rounds));
    let cars = BTreeSet::from([Kind::Goal, Kind::Shot, Kind::Save, Kind::Demolition]);
    assert!(kinds(RuleSet::RocketLeague).is_superset(&cars));
}

#[test]
fn counter_strike_shows_each_player_only_their_own_half() {
    let crowd = Crowd::of(&CrowdPlan::of_game(1, RuleSet::Cs2));
    for sent in &crowd.sent {
        let actors = &sent.told.actors;
        let own = Some(sent.told.observer.as_str());
        match (actors.attacker.as_deref(), actors.victim.as_deref()) {
            (Some(attacker), None) => {
                assert_eq!((sent.told.kind, own), (Kind::Kill, Some(attacker)))
            }
            (None, Some(victim)) => assert_eq!((sent.told.kind, own), (Kind::Death, Some(victim))),
            (None, None) => assert_ne!(sent.told.kind, Kind::Kill),
            (Some(_), Some(_)) => panic!("a whole kill: {sent:?}"),
        }
    }
}

#[test]
fn the_dead_of_a_round_stay_dead_unless_revived() {
    let crowd = Crowd::of(&CrowdPlan::of_game(1, RuleSet::Valorant));
    let mut dead: BTreeMap<u32, BTreeSet<_>> = BTreeMap::new();
    for kill in crowd.happened.iter().filter(|happening| happening.kind == Kind::Kill) {
        let is_new = dead.entry(kill.round).or_default().insert(kill.victim);
        assert_eq!(is_new, !kill.is_repeat);
    }
}
