//! Makes a match up: who kills whom when, and what follows from it.

use super::{
    At, LeagueMatch,
    happening::{Happening, Killer, Monster, Stolen, Team},
};
use crate::{
    Length, Prng,
    cast::{PLAYERS, cast},
};

/// Whose client it is.
pub(super) const OBSERVER: usize = 0;

/// Real matches spawn their first minions then; short ones sooner.
const MINIONS_SPAWN_MS: u64 = 65_000;

/// Happenings of a match, each of which may bring others with it: enough for
/// the shortest match to be lively, and as many as the longest recording has.
const TURNS: (u64, u64) = (26, 110);

/// Between two kills of a team fight: five of them take less time than the
/// shortest respawn, so that it ends in an ace.
const FIGHT_GAP_MS: (u64, u64) = (60, 120);

const TURRETS: [&str; 12] = [
    "Turret_TOrder_L0_P3_3795288474",
    "Turret_TOrder_L1_P3_1186923437",
    "Turret_TOrder_L2_P3_2806427710",
    "Turret_TChaos_L0_P3_3182310218",
    "Turret_TChaos_L1_P3_4151207733",
    "Turret_TChaos_L2_P3_1043377126",
    "Turret_TOrder_L0_P2_2931042519",
    "Turret_TOrder_L1_P2_3314870982",
    "Turret_TOrder_L2_P2_1570934431",
    "Turret_TChaos_L0_P2_3867120950",
    "Turret_TChaos_L1_P2_2245718893",
    "Turret_TChaos_L2_P2_3018466217",
];
const INHIBITORS: [&str; 3] = [
    "Inhib_TOrder_L1_P1_2786523670",
    "Inhib_TChaos_L1_P1_1593305774",
    "Inhib_TChaos_L0_P1_3740215468",
];
const NON_PLAYERS: [&str; 3] =
    ["Minion_T200L2S13N0077", "Minion_T100L0S53N0338", "Turret_T2_L_03_A"];
const DRAGONS: [&str; 4] = ["Air", "Earth", "Fire", "Water"];

/// A match in the making.
struct Plot<'p> {
    prng: &'p mut Prng,
    happenings: Vec<At>,
    now_ms: u64,
    respawn_ms: u64,
    /// Per player: dead until then.
    dead_until: [u64; PLAYERS],
    streaks: [Streak; PLAYERS],
    turrets: Vec<&'static str>,
    inhibitors: Vec<&'static str>,
    first_blood: Once,
    first_brick: Once,
    revivals: Revivals,
    /// What happens in this turn happens before.
    turn_ends_ms: u64,
}

/// How often the victim of a kill is revived, and killed again by the same one.
#[derive(Debug, Clone)]
pub(super) struct Revivals {
    pub(super) percent: u64,
    /// A stream of its own: revivals change nothing else.
    pub(super) prng: Prng,
}

/// Kills of one player in quick succession.
#[derive(Clone, Copy, Default)]
struct Streak {
    kills: u32,
    last_ms: u64,
}

/// What happens once a match.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Once {
    ToCome,
    Done,
}

/// Between a kill and the same one again, of a victim who was revived.
const REVIVED_AFTER_MS: (u64, u64) = (3_000, 6_000);

/// Most times that one victim is revived in a row.
const REVIVALS_MAX: usize = 2;

pub(super) fn make_up(prng: &mut Prng, length: Length, revivals: Revivals) -> LeagueMatch {
    let players = cast(prng);
    let end_ms = length.ms();
    let mut plot = Plot::opening(prng, end_ms, revivals);
    let opened_ms = plot.now_ms;
    let turns = (length.ms() / 700).clamp(TURNS.0, TURNS.1);
    let gap_ms = (end_ms - plot.now_ms) / (turns + 1);
    for turn in 0..turns {
        // Less than the gap on average: the team fight takes what is left.
        plot.now_ms += plot.prng.between(gap_ms * 7 / 10, gap_ms * 9 / 10);
        plot.turn_ends_ms = opened_ms + gap_ms * (turn + 1);
        if turn == turns / 2 { plot.team_fight() } else { plot.turn() }
    }
    plot.now_ms = end_ms;
    let winner = if plot.prng.percent(50) { Team::of(OBSERVER) } else { Team::Chaos };
    plot.happens(Happening::GameEnd { winner });
    let happenings = plot.happenings;
    LeagueMatch { players, happenings, length }
}

impl<'p> Plot<'p> {
    fn opening(prng: &'p mut Prng, end_ms: u64, revivals: Revivals) -> Self {
        let start_ms = prng.between(20, 40);
        let mut plot = Self {
            prng,
            happenings: Vec::new(),
            now_ms: start_ms,
            respawn_ms: (end_ms / 14).clamp(1_000, 30_000),
            dead_until: [0; PLAYERS],
            streaks: [Streak::default(); PLAYERS],
            turrets: TURRETS.to_vec(),
            inhibitors: INHIBITORS.to_vec(),
            first_blood: Once::ToCome,
            first_brick: Once::ToCome,
            revivals,
            turn_ends_ms: 0,
        };
        plot.prng.shuffle(&mut plot.turrets);
        plot.happens(Happening::GameStart);
        plot.now_ms = MINIONS_SPAWN_MS.min(end_ms / 20);
        plot.happens(Happening::MinionsSpawning);
        plot
    }

    fn happens(&mut self, happening: Happening) {
        self.happenings.push(At { ms: self.now_ms, happening });
    }

    fn turn(&mut self) {
        match self.prng.below(100) {
            0..66 => self.champion_falls_to_a_player(),
            66..72 => self.champion_falls_to_no_player(),
            72..83 => self.turret_falls(),
            83..88 => self.inhibitor_falls(),
            _ => self.monster_falls(),
        }
    }

    /// One team kills all of the other that live.
    fn team_fight(&mut self) {
        let winner = if self.prng.percent(50) { Team::Order } else { Team::Chaos };
        // Nobody respawns twice in the time that this takes.
        for _ in 0..PLAYERS {
            let Some(victim) = self.living(|player| Team::of(player) != winner) else { return };
            let Some(killer) = self.living(|player| Team::of(player) == winner) else { return };
            self.champion_kills(killer, victim);
            self.now_ms += self.prng.between(FIGHT_GAP_MS.0, FIGHT_GAP_MS.1);
        }
    }

    fn champion_falls_to_a_player(&mut self) {
        let Some(killer) = self.living(|_| true) else { return };
        let own = Team::of(killer);
        let Some(victim) = self.living(|player| Team::of(player) != own) else { return };
        self.champion_kills(killer, victim);
        for _ in 0..REVIVALS_MAX {
            if !self.revived() {
                return;
            }
            self.champion_kills(killer, victim);
        }
    }

    /// Whether the last victim is revived now, after a while, to die again.
    fn revived(&mut self) -> bool {
        let Revivals { percent, prng } = &mut self.revivals;
        if !prng.percent(*percent) {
            return false;
        }
        let again_ms = self.now_ms + prng.between(REVIVED_AFTER_MS.0, REVIVED_AFTER_MS.1);
        let fits = again_ms < self.turn_ends_ms;
        if fits {
            self.now_ms = again_ms;
        }
        fits
    }

    fn champion_kills(&mut self, killer: usize, victim: usize) {
        let assists = self.assists_for(killer);
        self.falls(Killer::Player(killer), victim, assists);
        if self.first_blood == Once::ToCome {
            self.first_blood = Once::Done;
            self.happens(Happening::FirstBlood { by: killer });
        }
        self.streak(killer);
        self.ace(Killer::Player(killer), victim);
    }

    fn champion_falls_to_no_player(&mut self) {
        let Some(victim) = self.living(|_| true) else { return };
        let killer = Killer::Other(self.prng.pick(&NON_PLAYERS).copied().unwrap_or("Turret"));
        self.falls(killer.clone(), victim, Vec::new());
        self.ace(killer, victim);
    }

    fn falls(&mut self, killer: Killer, victim: usize, assists: Vec<usize>) {
        self.dead_until[victim] = self.now_ms + self.respawn_ms;
        self.streaks[victim] = Streak::default();
        self.happens(Happening::ChampionKill { killer, victim, assists });
    }

    fn streak(&mut self, killer: usize) {
        let streak = &mut self.streaks[killer];
        let goes_on = streak.kills > 0 && self.now_ms - streak.last_ms <= self.respawn_ms;
        // A sixth kill in a row begins another count.
        let kills = if goes_on && streak.kills < 5 { streak.kills + 1 } else { 1 };
        *streak = Streak { kills, last_ms: self.now_ms };
        if kills > 1 {
            self.happens(Happening::Multikill { by: killer, streak: kills });
        }
    }

    fn ace(&mut self, by: Killer, victim: usize) {
        let lost = Team::of(victim);
        let all_dead = (0..PLAYERS)
            .filter(|player| Team::of(*player) == lost)
            .all(|player| self.dead_until[player] > self.now_ms);
        if all_dead {
            let team = if lost == Team::Order { Team::Chaos } else { Team::Order };
            self.happens(Happening::Ace { by, team });
        }
    }

    fn turret_falls(&mut self) {
        let Some(turret) = self.turrets.pop() else { return };
        let (killer, assists) = self.destroyer();
        self.happens(Happening::TurretKilled { turret, killer: killer.clone(), assists });
        if self.first_brick == Once::ToCome {
            self.first_brick = Once::Done;
            self.happens(Happening::FirstBrick { killer });
        }
    }

    fn inhibitor_falls(&mut self) {
        let Some(inhibitor) = self.inhibitors.pop() else { return };
        let (killer, assists) = self.destroyer();
        self.happens(Happening::InhibKilled { inhibitor, killer, assists });
    }

    fn monster_falls(&mut self) {
        let Some(by) = self.living(|_| true) else { return };
        let monster = match self.prng.below(10) {
            0 => Monster::Baron,
            1..3 => Monster::Herald,
            _ => Monster::Dragon(self.prng.pick(&DRAGONS).copied().unwrap_or("Elder")),
        };
        let stolen = if self.prng.percent(15) { Stolen::Yes } else { Stolen::No };
        let assists = self.assists_for(by);
        self.happens(Happening::EpicMonster { monster, by, stolen, assists });
    }

    /// A player with help, or a minion.
    fn destroyer(&mut self) -> (Killer, Vec<usize>) {
        let minion = Killer::Other(NON_PLAYERS[0]);
        if self.prng.percent(25) {
            return (minion, Vec::new());
        }
        match self.living(|_| true) {
            Some(player) => (Killer::Player(player), self.assists_for(player)),
            None => (minion, Vec::new()),
        }
    }

    fn living(&mut self, fits: impl Fn(usize) -> bool) -> Option<usize> {
        let now_ms = self.now_ms;
        let living: Vec<usize> =
            (0..PLAYERS).filter(|&p| self.dead_until[p] <= now_ms && fits(p)).collect();
        self.prng.pick(&living).copied()
    }

    fn assists_for(&mut self, player: usize) -> Vec<usize> {
        let helpers = (0..PLAYERS).filter(|&p| p != player && Team::of(p) == Team::of(player));
        let living: Vec<usize> = helpers.filter(|&p| self.dead_until[p] <= self.now_ms).collect();
        living.into_iter().filter(|_| self.prng.percent(35)).take(2).collect()
    }
}
