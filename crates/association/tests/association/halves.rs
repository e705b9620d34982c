//! Kills of which one player tells the killer's half and another the victim's.

use association::{ReportSet, Rules, Solution, solve};
use event_model::{Actors, Game, Kind, Ordinal};

use crate::{
    crowd::Random,
    told::{Told, set_of},
};

const ROUND_MS: u64 = 100_000;

/// What a player's own counters tell: a kill without a victim, or a death
/// without an attacker.
fn half(player: u128, ms: u64, kind: Kind, value: u64) -> Told {
    let name = format!("player {player}");
    let mut told = Told::kill(player, ms, "", "");
    told.kind = kind;
    told.event_id = format!("{player} {kind} {value}");
    told.round = Some(u32::try_from(ms / ROUND_MS).unwrap() + 1);
    told.team = Some(if player <= 5 { "CT" } else { "T" }.to_owned());
    let is_kill = kind == Kind::Kill;
    let of = if is_kill { "attacker kills" } else { "victim deaths" };
    told.ordinal = Some(Ordinal { of: of.to_owned(), run: 0, value });
    told.actors = Actors {
        attacker: is_kill.then(|| name.clone()),
        victim: (!is_kill).then_some(name),
        assists: Vec::new(),
    };
    told
}

/// The starts of rounds, which all see, so that everybody was there.
fn rounds(players: u128, count: u64) -> Vec<Told> {
    let mut told = Vec::new();
    for player in 1..=players {
        for round in 0..count {
            let mut start = Told::kill(player, round * ROUND_MS + player_noise(player), "", "");
            start.kind = Kind::RoundStarted;
            start.event_id = format!("{player} round {round}");
            start.actors = Actors::default();
            start.round = Some(u32::try_from(round).unwrap() + 1);
            told.push(start);
        }
    }
    told
}

fn player_noise(player: u128) -> u64 {
    u64::try_from(player).unwrap() * 7
}

fn solved(told: &[Told]) -> (ReportSet, Solution) {
    let set = set_of(told);
    let solution = solve(&set, &Rules::of(&Game::cs2()));
    (set, solution)
}

fn with_halves(mut told: Vec<Told>, halves: impl IntoIterator<Item = Told>) -> Vec<Told> {
    told.extend(halves);
    told
}

fn pairs(solution: &Solution, rounds: usize) -> usize {
    solution.clusters.iter().skip(rounds).filter(|cluster| cluster.members.len() == 2).count()
}

#[test]
fn a_kill_and_the_only_death_of_the_moment_are_one() {
    let told = with_halves(
        rounds(10, 2),
        [
            half(1, 30_000, Kind::Kill, 1),
            half(7, 30_120, Kind::Death, 1),
            half(8, 50_000, Kind::Kill, 1),
            half(2, 50_060, Kind::Death, 1),
        ],
    );
    let (_, solution) = solved(&told);
    assert_eq!(pairs(&solution, 0), 2, "{:?}", solution.clusters);
}

#[test]
fn a_trade_is_no_riddle() {
    let told = with_halves(
        rounds(10, 2),
        [
            half(1, 30_000, Kind::Kill, 1),
            half(7, 30_050, Kind::Death, 1),
            half(8, 30_200, Kind::Kill, 1),
            half(1, 30_260, Kind::Death, 1),
        ],
    );
    let (_, solution) = solved(&told);
    assert_eq!(pairs(&solution, 0), 2, "{:?}", solution.clusters);
}

#[test]
fn two_kills_of_one_side_at_once_stay_single_and_are_linked() {
    let told = with_halves(
        rounds(10, 2),
        [
            half(1, 30_000, Kind::Kill, 1),
            half(2, 30_080, Kind::Kill, 1),
            half(7, 30_050, Kind::Death, 1),
            half(8, 30_090, Kind::Death, 1),
        ],
    );
    let (_, solution) = solved(&told);
    assert_eq!(pairs(&solution, 0), 0);
    let linked = solution.clusters.iter().filter(|cluster| cluster.linked.len() == 2).count();
    assert_eq!(linked, 4, "each with both it could be: {:?}", solution.clusters);
}

#[test]
fn two_halves_that_nobody_told_hide_no_third_kill() {
    let told = with_halves(
        rounds(10, 2),
        [
            half(1, 20_000, Kind::Kill, 1),
            half(2, 40_000, Kind::Kill, 1),
            half(7, 40_060, Kind::Death, 1),
            half(8, 80_000, Kind::Death, 1),
        ],
    );
    let (_, solution) = solved(&told);
    assert_eq!(pairs(&solution, 0), 1, "{:?}", solution.clusters);
}

#[test]
fn two_kills_a_moment_apart_are_each_with_what_is_nearest_by_far() {
    let told = with_halves(
        rounds(10, 20),
        [
            half(1, 30_000, Kind::Kill, 1),
            half(7, 30_010, Kind::Death, 1),
            half(2, 30_230, Kind::Kill, 1),
            half(8, 30_240, Kind::Death, 1),
            half(3, 60_000, Kind::Kill, 1),
        ],
    );
    let (_, solution) = solved(&told);
    assert_eq!(pairs(&solution, 0), 2, "{:?}", solution.clusters);
}

/// What the killers' and the victims' devices tell of kills: who, whom, when, and when
/// the victim's device saw it.
fn told_of(kills: [(u128, u128, u64, u64); 2]) -> Vec<Told> {
    let mut told: Vec<Told> = kills
        .into_iter()
        .flat_map(|(killer, victim, killed, died)| {
            [half(killer, killed, Kind::Kill, 1), half(victim, died, Kind::Death, 1)]
        })
        .collect();
    told.sort_by(|one, other| one.event_id.cmp(&other.event_id));
    told
}

#[test]
fn two_matches_that_are_told_alike_cannot_be_told_apart() {
    let one = told_of([(1, 7, 30_000, 30_050), (2, 8, 30_000, 30_090)]);
    let other = told_of([(1, 8, 30_000, 30_090), (2, 7, 30_000, 30_050)]);
    assert_eq!(format!("{one:?}"), format!("{other:?}"));
    let (_, solution) = solved(&with_halves(rounds(10, 2), one));
    assert_eq!(pairs(&solution, 0), 0);
}

#[test]
fn where_half_of_the_players_do_not_watch_nothing_crowded_is_paired() {
    let kills = (1..=5).map(|kill| half(1, 30_000 + kill * 9_000, Kind::Kill, kill));
    let told = with_halves(rounds(3, 2), kills.chain([half(3, 39_100, Kind::Death, 1)]));
    let (_, solution) = solved(&told);
    assert_eq!(pairs(&solution, 0), 0);
}

#[test]
fn a_fall_is_a_death_of_its_own() {
    let told = with_halves(rounds(10, 2), [half(7, 30_050, Kind::Death, 1)]);
    let (_, solution) = solved(&told);
    let deaths = solution.clusters.iter().filter(|cluster| cluster.members.len() == 1).count();
    assert_eq!(deaths, 1);
}

/// Simulated: sixty rounds of seven kills, three in ten within two seconds of
/// the one before, seen to fifty milliseconds.
#[test]
fn few_pairs_are_wrong_and_most_are_found() {
    let (mut right, mut wrong, mut truths) = (0, 0, 0);
    for seed in 0..20 {
        let mut random = Random(seed);
        let mut told = rounds(10, 20);
        let mut partner = std::collections::BTreeMap::new();
        let (mut kills, mut deaths) = ([0; 11], [0; 11]);
        for round in 0..20u64 {
            let mut ms = round * ROUND_MS + 10_000;
            let mut alive: Vec<u32> = (1..=10).collect();
            for _ in 0..7 {
                let gap = if random.below(10) < 3 { 2_000 } else { 20_000 };
                ms += 50 + u64::from(random.below(gap));
                let killer = alive
                    [usize::try_from(random.below(u32::try_from(alive.len()).unwrap())).unwrap()];
                let foes: Vec<u32> =
                    alive.iter().copied().filter(|foe| (*foe <= 5) != (killer <= 5)).collect();
                if foes.is_empty() {
                    break;
                }
                let victim = foes
                    [usize::try_from(random.below(u32::try_from(foes.len()).unwrap())).unwrap()];
                alive.retain(|player| *player != victim);
                let slot = |player: u32| usize::try_from(player).unwrap();
                kills[slot(killer)] += 1;
                deaths[slot(victim)] += 1;
                let kill = half(
                    killer.into(),
                    ms + u64::from(random.below(100)),
                    Kind::Kill,
                    kills[slot(killer)],
                );
                let death = half(
                    victim.into(),
                    ms + u64::from(random.below(100)),
                    Kind::Death,
                    deaths[slot(victim)],
                );
                partner.insert(kill.event_id.clone(), death.event_id.clone());
                truths += 1;
                told.extend([kill, death]);
            }
        }
        let (set, solution) = solved(&told);
        for cluster in solution.clusters.iter().filter(|cluster| cluster.members.len() == 2) {
            let id =
                |no| &told[usize::try_from(set.get(no).unwrap().position).unwrap() - 1].event_id;
            let (one, other) = (id(cluster.members[0]), id(cluster.members[1]));
            let is_right = partner.get(one) == Some(other) || partner.get(other) == Some(one);
            right += u32::from(is_right);
            wrong += u32::from(!is_right);
        }
    }
    assert!(wrong * 1_000 <= right, "{wrong} of {right} pairs are wrong");
    assert!(right * 100 >= truths * 88, "{right} of {truths} are found");
}

#[test]
fn more_halves_at_once_than_players_are_neither_paired_nor_linked() {
    let mut told = Vec::new();
    for device in 1..=120 {
        let name = format!("player {device}");
        let mut kill = Told::kill(device, 60_000, &name, "");
        kill.actors.victim = None;
        let mut death = Told::kill(device, 60_050, "", &name);
        death.actors.attacker = None;
        death.kind = Kind::Death;
        told.extend([kill, death]);
    }
    let solution = solve(&set_of(&told), &Rules::of(&Game::new("cs2").unwrap()));
    assert_eq!(solution.clusters.len(), told.len());
    assert!(solution.clusters.iter().all(|cluster| cluster.linked.is_empty()));
}
