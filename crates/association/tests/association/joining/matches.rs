//! Matches of League and Counter-Strike, and what ten devices tell of them.

use association::joining::{Evidence, RoundResult};
use event_model::{Actors, Game, Kind, MatchKey};

use super::generated::{DeviceClock, Dice, EVENING, MINUTE, Said, Session};

pub(super) fn account(player: i64) -> String {
    format!("player {player}#EU")
}

/// A League match: ten players, a kill about every 18 seconds.
pub(super) struct LeagueMatch {
    number: u64,
    start_ms: i64,
    kills: Vec<(i64, i64, i64)>,
    pub(super) roster: Vec<String>,
}

impl LeagueMatch {
    pub(super) fn of(number: u64, start_ms: i64, minutes: i64) -> Self {
        let mut dice = Dice::of(number);
        let mut at_ms = 2 * MINUTE;
        let mut kills = Vec::new();
        while at_ms < minutes * MINUTE {
            let (attacker, victim) = (dice.below(5), 5 + dice.below(5));
            let swapped = dice.percent(50);
            kills.push(if swapped { (at_ms, victim, attacker) } else { (at_ms, attacker, victim) });
            at_ms += dice.between(1_000, 35_000);
        }
        Self { number, start_ms, kills, roster: (0..10).map(account).collect() }
    }

    pub(super) fn sessions(&self, clock: impl Fn(&mut Dice) -> DeviceClock) -> Vec<Session> {
        (0..10).map(|player| self.session(player, &clock)).collect()
    }

    /// As one player's device tells it: misses one kill in ten, polls each
    /// second, and its list differs from others' by up to 0.73 s.
    pub(super) fn session(&self, player: i64, clock: impl Fn(&mut Dice) -> DeviceClock) -> Session {
        let seed = self.number * 100 + u64::try_from(player).expect("a small number");
        let mut dice = Dice::of(seed ^ 0x5eed);
        let clock = clock(&mut dice);
        let evidence = Evidence {
            roster: self.roster.clone(),
            map: Some("Map11".to_owned()),
            mode: Some("CLASSIC".to_owned()),
            ..Evidence::default()
        };
        let first = self.said(player, clock, 30_000, None, &mut dice);
        let first = Said { kind: Kind::SessionEvidence, evidence: Some(evidence), ..first };
        let begun = Said {
            kind: Kind::MatchStarted,
            match_clock_ms: Some(28),
            ..self.said(player, clock, 30_000, None, &mut dice)
        };
        let mut said = vec![first, begun];
        for kill in &self.kills {
            if !dice.percent(10) {
                said.push(self.said(player, clock, kill.0, Some(*kill), &mut dice));
            }
        }
        Session {
            key: MatchKey::from_text(format!("league:session-{seed:06}")),
            game: Game::league(),
            said,
        }
    }

    fn said(
        &self,
        player: i64,
        clock: DeviceClock,
        at_ms: i64,
        kill: Option<(i64, i64, i64)>,
        dice: &mut Dice,
    ) -> Said {
        let seen_ms = self.start_ms + at_ms + dice.below(1_000);
        let actors = kill.map(|(_, attacker, victim)| Actors {
            attacker: Some(account(attacker)),
            victim: Some(account(victim)),
            assists: Vec::new(),
        });
        Said {
            device: u128::try_from(player).expect("a small number") + 1,
            account: account(player),
            kind: Kind::Kill,
            actors: actors.unwrap_or_default(),
            round: None,
            match_clock_ms: kill.map(|_| at_ms + dice.below(730)),
            mono_ms: seen_ms - EVENING + 90 * MINUTE,
            corrected: clock.corrected(seen_ms, dice.between(80, 300)),
            winner: None,
            score: None,
            evidence: None,
        }
    }
}

/// A Counter-Strike match: who won each round, when it ended, when the bomb was
/// planted in it.
pub(super) struct Cs2Match {
    number: u64,
    rounds: Vec<Round>,
}

struct Round {
    ended_ms: i64,
    planted_ms: Option<i64>,
    winner: &'static str,
    score: (u32, u32),
}

/// Between a round's end and the next one's start: 7 s, and 15 s of freezetime.
const PAUSE_MS: i64 = 22_000;

impl Cs2Match {
    pub(super) fn of(number: u64, start_ms: i64, rounds: usize) -> Self {
        let mut dice = Dice::of(number);
        let (mut at_ms, mut score) = (start_ms, (0, 0));
        let mut ct_wins = dice.percent(50);
        let rounds = (0..rounds).map(|_| {
            // Sides win in rows.
            ct_wins ^= dice.percent(45);
            let length_ms = dice.between(25_000, 115_000);
            let planted_ms =
                dice.percent(60).then(|| at_ms + length_ms - dice.between(3_000, 20_000));
            at_ms += length_ms;
            if ct_wins {
                score.0 += 1
            } else {
                score.1 += 1
            }
            let winner = if ct_wins { "CT" } else { "T" };
            let round = Round { ended_ms: at_ms, planted_ms, winner, score };
            at_ms += PAUSE_MS;
            round
        });
        Self { number, rounds: rounds.collect() }
    }

    pub(super) fn sessions(&self, clock: impl Fn(&mut Dice) -> DeviceClock) -> Vec<Session> {
        (0..10).map(|player| self.session(player, &clock)).collect()
    }

    /// As one player's device tells it: frames are up to 0.4 s late, one in
    /// thirty up to 3 s; in one round of forty frames were lost, and what they
    /// showed is seen when the next round begins, without a winner.
    pub(super) fn session(&self, player: i64, clock: impl Fn(&mut Dice) -> DeviceClock) -> Session {
        let seed = self.number * 100 + u64::try_from(player).expect("a small number");
        let mut dice = Dice::of(seed ^ 0x5eed);
        let clock = clock(&mut dice);
        let start_ms = self.rounds.first().map_or(EVENING, |round| round.ended_ms - 2 * MINUTE);
        let evidence = Evidence {
            roster: vec![account(player)],
            map: Some("de_dust2".to_owned()),
            mode: Some("competitive".to_owned()),
            ..Evidence::default()
        };
        let first = said_of_round(player, clock, start_ms, Kind::SessionEvidence, &mut dice);
        let mut said = vec![Said { evidence: Some(evidence), ..first }];
        let mut results = Vec::new();
        for (number, round) in (1..).zip(&self.rounds) {
            let lost = dice.percent(2);
            if let Some(planted_ms) = round.planted_ms.filter(|_| !lost) {
                let plant = said_of_round(player, clock, planted_ms, Kind::BombPlanted, &mut dice);
                said.push(Said { round: Some(number), ..plant });
            }
            let seen_ms = round.ended_ms + if lost { PAUSE_MS } else { 0 };
            let score = format!("{{\"ct\":{},\"t\":{}}}", round.score.0, round.score.1);
            let winner = (!lost).then(|| round.winner.to_owned());
            let end = said_of_round(player, clock, seen_ms, Kind::RoundEnded, &mut dice);
            said.push(Said {
                round: Some(number),
                winner: winner.clone(),
                score: Some(score.clone()),
                ..end.clone()
            });
            results.push(RoundResult { round: number, winner, score: Some(score) });
            let evidence = Evidence { rounds: results.clone(), ..Evidence::default() };
            said.push(Said { kind: Kind::SessionEvidence, evidence: Some(evidence), ..end });
        }
        Session {
            key: MatchKey::from_text(format!("cs2:session-{seed:06}")),
            game: Game::cs2(),
            said,
        }
    }
}

fn said_of_round(
    player: i64,
    clock: DeviceClock,
    happened_ms: i64,
    kind: Kind,
    dice: &mut Dice,
) -> Said {
    let late = if dice.below(30) == 0 { dice.between(400, 3_000) } else { dice.below(400) };
    let seen_ms = happened_ms + late;
    Said {
        device: u128::try_from(player).expect("a small number") + 1,
        account: account(player),
        kind,
        actors: Actors::default(),
        round: None,
        match_clock_ms: None,
        mono_ms: seen_ms - EVENING + 90 * MINUTE,
        corrected: clock.corrected(seen_ms, dice.between(80, 300)),
        winner: None,
        score: None,
        evidence: None,
    }
}
