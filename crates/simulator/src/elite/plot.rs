//! What happens in an evening.

use event_model::Kind;
use serde_json::json;

use super::{EliteJournals, start::Start};
use crate::{Length, Prng, TrueEvent, cast::cast};

/// Pirates of the game: several have one name.
const PIRATES: [&str; 4] = ["Mark Featherston", "Farnsbarnes", "Tomaas Behr", "Dom"];

const SYSTEMS: [&str; 4] = ["Eranin", "Asellus Primus", "Surya", "Swoilz WW-Q b10-1"];

/// Longer than a kill and its bounty lie apart.
const PAUSE_S: u64 = 10;

pub(super) fn make_up(seed: u64, length: Length) -> EliteJournals {
    let mut prng = Prng::new(seed, "elite");
    let commanders = cast(&mut prng);
    let (commander, others) = (&commanders[0].name, &commanders[1..]);
    let others: Vec<&str> = others.iter().map(|player| player.name.as_str()).collect();
    let seconds = length.ms() / 1_000;
    let ending = if prng.percent(50) { "\r\n" } else { "\n" };
    let begin = |now_s: u64| Start::begin(now_s, commander, ending);

    let mut left = begin(0);
    left.say("Music", json!({ "MusicTrack": "MainMenu" }));
    left.shut_down();

    let mut long = begin(left.now_s + 60);
    long.load();
    let half = long.now_s + seconds / 2;
    play(&mut long, half, &others, &mut prng);
    long.go_on_in_next_part();
    let end = half + seconds / 4;
    play(&mut long, end, &others, &mut prng);
    long.shut_down();

    let mut crashed = begin(long.now_s + 60);
    crashed.load();
    let end = crashed.now_s + seconds / 8;
    play(&mut crashed, end, &others, &mut prng);
    // The next start tells that it has ended.
    crashed.end();

    let mut last = begin(crashed.now_s + 60);
    last.load();
    let end = last.now_s + seconds / 8;
    play(&mut last, end, &others, &mut prng);
    last.shut_down();

    let (mut files, mut events) = (Vec::new(), Vec::new());
    for start in [left, long, crashed, last] {
        let (more_files, more_events) = start.finish();
        files.extend(more_files);
        events.extend(more_events);
    }
    EliteJournals { commander: commander.clone(), files, events }
}

fn play(start: &mut Start, until_s: u64, others: &[&str], prng: &mut Prng) {
    while start.now_s < until_s {
        start.now_s += prng.between(0, 3);
        match prng.below(10) {
            0 | 1 => chatter(start, prng),
            2 => attack(start, prng),
            3 => bounty(start, prng),
            4 => travel(start, prng),
            5 => mission(start, prng),
            6 => player_kill(start, others, prng),
            7 => death(start, others, prng),
            8 => damage(start, prng),
            _ => interdiction(start, others, prng),
        }
    }
}

/// What nobody is told.
fn chatter(start: &mut Start, prng: &mut Prng) {
    match prng.below(3) {
        0 => start.say("Music", json!({ "MusicTrack": "Exploration" })),
        1 => {
            start.say("ReceiveText", json!({ "From": "Dan", "Message": "o7", "Channel": "local" }))
        }
        _ => start.say("FSSSignalDiscovered", json!({ "SystemAddress": 1, "SignalName": "$x;" })),
    }
}

/// Hits within a second are lines of the same bytes.
fn attack(start: &mut Start, prng: &mut Prng) {
    for _ in 0..prng.between(1, 4) {
        let told = TrueEvent { victim: start.own(), ..TrueEvent::of(Kind::Other) };
        start.happen("UnderAttack", json!({ "Target": "You" }), told);
    }
}

fn bounty(start: &mut Start, prng: &mut Prng) {
    let pirate = prng.pick(&PIRATES).copied().unwrap_or_default();
    let told = killed(start, pirate);
    tell_bounty(start, pirate, prng.between(1_000, 99_000), told);
}

fn killed(start: &Start, victim: &str) -> TrueEvent {
    let victim = Some(victim.to_owned());
    TrueEvent { attacker: start.own(), victim, ..TrueEvent::of(Kind::Kill) }
}

fn tell_bounty(start: &mut Start, victim: &str, reward: u64, told: TrueEvent) {
    let rest = json!({
        "Rewards": [{ "Faction": "Mob", "Reward": reward }], "Target": "viper",
        "PilotName": format!("$npc_name_decorate:#name={victim};"),
        "PilotName_Localised": victim, "TotalReward": reward, "VictimFaction": "Mob",
    });
    start.happen("Bounty", rest, told);
}

fn travel(start: &mut Start, prng: &mut Prng) {
    let system = prng.pick(&SYSTEMS).copied().unwrap_or_default();
    let other = || TrueEvent::of(Kind::Other);
    let jump = json!({ "StarSystem": system, "SystemAddress": 7, "JumpDist": 4.482 });
    start.happen("FSDJump", jump, other());
    if prng.percent(50) {
        let station = json!({
            "StationName": "Azeban City", "StationType": "Coriolis", "StarSystem": system,
            "MarketID": 3_534_459_648_u64,
        });
        start.happen("Docked", station.clone(), other());
        start.now_s += prng.between(0, 5);
        start.happen("Undocked", station, other());
    }
}

fn mission(start: &mut Start, prng: &mut Prng) {
    let id = prng.between(900_000_000, 999_999_999);
    let rest = json!({
        "Faction": "Eranin Peoples Party", "Name": "Mission_Courier", "MissionID": id,
        "LocalisedName": "A letter", "Reward": 5_000,
    });
    start.happen("MissionAccepted", rest.clone(), TrueEvent::of(Kind::Other));
    let over = if prng.percent(70) { "MissionCompleted" } else { "MissionFailed" };
    start.happen(over, rest, TrueEvent::of(Kind::Other));
}

/// A kill of a player; mostly there is a bounty for it, and either may come first.
fn player_kill(start: &mut Start, others: &[&str], prng: &mut Prng) {
    let victim = prng.pick(others).copied().unwrap_or_default();
    let kill = json!({ "Victim": victim, "CombatRank": 5 });
    let reward = prng.between(1_000, 99_000);
    let first = killed(start, victim);
    let second = TrueEvent { kind: Kind::Other.as_str().to_owned(), ..first.clone() };
    match prng.below(3) {
        0 => start.happen("PVPKill", kill, first),
        1 => {
            start.happen("PVPKill", kill, first);
            tell_bounty(start, victim, reward, second);
        }
        _ => {
            tell_bounty(start, victim, reward, first);
            start.happen("PVPKill", kill, second);
        }
    }
    start.now_s += PAUSE_S;
}

fn death(start: &mut Start, others: &[&str], prng: &mut Prng) {
    let victim = start.own();
    if prng.percent(50) {
        let killer = prng.pick(others).copied().unwrap_or_default();
        let rest = json!({ "KillerName": killer, "KillerShip": "viper", "KillerRank": "Elite" });
        let attacker = Some(killer.to_owned());
        start.happen("Died", rest, TrueEvent { attacker, victim, ..TrueEvent::of(Kind::Kill) });
    } else {
        start.happen("Died", json!({}), TrueEvent { victim, ..TrueEvent::of(Kind::Death) });
    }
    start.now_s += 5;
    let again = json!({ "Option": "rebuy", "Cost": 1_092_301, "Bankrupt": false });
    start.happen("Resurrect", again, TrueEvent::of(Kind::Other));
}

fn damage(start: &mut Start, prng: &mut Prng) {
    start.happen("ShieldState", json!({ "ShieldsUp": false }), TrueEvent::of(Kind::Other));
    #[expect(clippy::cast_precision_loss, reason = "a hundred is exact")]
    let health = prng.below(100) as f64 / 100.0;
    let rest = json!({ "Health": health, "PlayerPilot": true, "Fighter": false });
    let told = TrueEvent { victim: start.own(), ..TrueEvent::of(Kind::Other) };
    start.happen("HullDamage", rest, told);
}

fn interdiction(start: &mut Start, others: &[&str], prng: &mut Prng) {
    let other = prng.pick(others).copied().unwrap_or_default();
    let rest = json!({ "Submitted": false, "Interdictor": other, "IsPlayer": true });
    let (attacker, victim) = (Some(other.to_owned()), start.own());
    let told = TrueEvent { attacker, victim, ..TrueEvent::of(Kind::Other) };
    start.happen("Interdicted", rest, told);
}
