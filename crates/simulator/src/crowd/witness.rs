//! What one device tells of a match.

mod lies;
mod names;
mod shown;

use event_model::{
    Actors, ClockReading, DeviceId, EventIdFields, Game, Identity, Kind, Ordinal, SessionKey,
};
use uuid::Uuid;

use super::{
    Counters, CrowdPlan, Happening, RoundClock, RuleSet, Sent, Told,
    chance::{exponential_ms, signed},
    clock::{DeviceClock, Look, is_among},
    happening::{ROUND_MS, player_name},
};
use crate::Prng;
use shown::Shown;

/// How often a companion sends what it has, and how long a request takes.
const BATCH_MS: u64 = 5_000;
const TRAVEL_MS: (u64, u64) = (80, 300);

/// How much later what comes after the seal does: a server seals after a day.
const AFTER_SEAL_MS: u64 = 86_400_000;

/// How long a device without its game sees nothing.
const RECONNECT_MS: u64 = 60_000;

/// How far two League clients' times of one event differ at most, and nearly
/// (seen in recordings: 0.000 to 0.725 s).
const LEAGUE_CLOCK_MS: (u64, u64) = (100, 725);

/// So that a wall clock an hour behind still gives a round above zero.
const ROUND_ORIGIN_MS: i64 = 200_000_000;

pub(super) use lies::{deleted, strangers};

/// The reports of one stream, in the order in which it made them.
pub(super) fn reports(plan: &CrowdPlan, device_no: usize, happened: &[Happening]) -> Vec<Sent> {
    let mut witness = Witness::new(plan, device_no, happened);
    let mut sights = witness.sights(happened);
    if plan.is_liar(device_no) {
        lies::add(plan, device_no, witness.end_ms, &mut sights);
    }
    sights.sort_by_key(|sight| sight.seen_ms);
    sights.into_iter().enumerate().map(|(at, sight)| witness.send(at, sight)).collect()
}

/// Something that a device has seen, or says it has.
#[derive(Debug, Clone)]
struct Sight {
    seen_ms: u64,
    /// Which one of its own: enters the event's id.
    number: String,
    truth: Option<usize>,
    /// The player in whose name it is told, where it is anybody's.
    teller: Option<usize>,
    shown: Shown,
}

struct Witness<'a> {
    plan: &'a CrowdPlan,
    device_no: usize,
    player: usize,
    end_ms: u64,
    clock: DeviceClock,
    /// No link to the server, from and to.
    offline: Option<(u64, u64)>,
    joined_ms: u64,
    reconnect: Option<u64>,
    batch_phase_ms: u64,
}

impl<'a> Witness<'a> {
    fn new(plan: &'a CrowdPlan, device_no: usize, happened: &[Happening]) -> Self {
        let end_ms = happened.last().map_or(0, |last| last.at_ms);
        let mut prng = Prng::new(plan.seed, &format!("crowd turns {device_no}"));
        let batch_phase_ms = prng.below(BATCH_MS);
        let offline = offline(plan, device_no, end_ms, &mut prng);
        let (first, last) = plan.turns.turn_pct();
        let mut turn = || prng.between(end_ms * first / 100, end_ms * last / 100);
        let (joined_ms, lost_ms) = (turn(), turn());
        let joins_late = is_among(plan, device_no, plan.late_join_pct);
        let clock = DeviceClock::of(plan, device_no, end_ms);
        Self {
            plan,
            device_no,
            player: plan.player_of(device_no),
            end_ms,
            offline: clock.unsent().or(offline),
            clock,
            joined_ms: if joins_late { joined_ms } else { 0 },
            reconnect: is_among(plan, device_no, plan.reconnect_pct).then_some(lost_ms),
            batch_phase_ms,
        }
    }

    /// What it sees of what happened.
    fn sights(&self, happened: &[Happening]) -> Vec<Sight> {
        let part =
            |name: &str| Prng::new(self.plan.seed, &format!("crowd {name} {}", self.device_no));
        let (mut misses, mut delays, mut lags) = (part("misses"), part("delays"), part("lags"));
        let (mut names, mut game_clock) = (part("names"), part("game clock"));
        let teller = lies::teller(self.plan, self.device_no);
        let misses_nothing = lies::misses_nothing(self.plan, self.device_no);
        let mut sights = Vec::new();
        for (truth, happening) in happened.iter().enumerate() {
            let missed = misses.percent(self.plan.miss_pct) && !misses_nothing;
            let noise = self.plan.noise;
            let late_ms =
                delays.below(noise.grid_ms + 1) + exponential_ms(&mut delays, noise.transport_ms);
            let lag = lags.percent(lag_pct(self.plan.counters));
            let is_name_wrong = names.percent(self.plan.name_fault_pct);
            let fault = names.next_u64();
            let seen_ms = happening.at_ms + late_ms;
            let away = seen_ms < self.joined_ms || self.is_away(seen_ms);
            let game_clock_ms = self.match_clock_ms(happening, &mut game_clock);
            let shown = Shown::of(self.plan, happening, self.player, lag);
            let (false, false, Some(mut shown)) = (missed, away, shown) else { continue };
            if is_name_wrong {
                names::corrupt(&mut shown, fault);
            }
            shown.match_clock_ms = game_clock_ms;
            let (number, truth) = (truth.to_string(), Some(truth));
            sights.push(Sight { seen_ms, number, truth, teller, shown });
        }
        sights
    }

    fn is_away(&self, at_ms: u64) -> bool {
        let lost = self.reconnect.is_some_and(|from| (from..from + RECONNECT_MS).contains(&at_ms));
        lost || self.clock.is_blind(at_ms)
    }

    fn match_clock_ms(&self, happening: &Happening, prng: &mut Prng) -> Option<i64> {
        let differs_ms = exponential_ms(prng, LEAGUE_CLOCK_MS.0).min(LEAGUE_CLOCK_MS.1);
        (self.plan.rules == RuleSet::League).then(|| signed(happening.at_ms + differs_ms))
    }

    fn send(&mut self, number: usize, sight: Sight) -> Sent {
        let (sent_ms, travel_ms) = self.leaves(sight.seen_ms);
        let slip_ms = lies::slip_ms(self.plan, self.device_no, sight.seen_ms, self.end_ms);
        let look = self.clock.look(sight.seen_ms, slip_ms, travel_ms);
        let waits_ms = if self.plan.is_after_seal(self.device_no) { AFTER_SEAL_MS } else { 0 };
        Sent {
            arrived_ms: sent_ms + travel_ms + waits_ms,
            device_no: self.device_no,
            truth: sight.truth,
            by_liar: self.plan.is_liar(self.device_no),
            told: self.told(number, sight, look),
        }
    }

    /// When the batch leaves that carries what was seen at an instant, and how
    /// long it takes.
    fn leaves(&self, seen_ms: u64) -> (u64, u64) {
        let ready_ms = match self.offline {
            Some((from, to)) if (from..to).contains(&seen_ms) => to,
            Some(_) | None => seen_ms,
        };
        let batch = (ready_ms + BATCH_MS - self.batch_phase_ms).div_ceil(BATCH_MS);
        let mut prng =
            Prng::new(self.plan.seed, &format!("crowd travel {} {batch}", self.device_no));
        let sent_ms = batch * BATCH_MS + self.batch_phase_ms - BATCH_MS;
        (sent_ms, prng.between(TRAVEL_MS.0, TRAVEL_MS.1))
    }

    fn told(&self, number: usize, sight: Sight, look: Look) -> Told {
        let shown = sight.shown;
        let is_native = shown.ordinal.is_some();
        let observer = sight.teller.map(player_name).unwrap_or_default();
        let mono_ms = lies::mono_ms(self.plan, self.device_no, look.observed.mono_ms);
        let sequence = u64::try_from(number + 1).expect("a match has few reports");
        Told {
            device: device_id(self.plan.seed, self.device_no),
            event_id: self.event_id(&observer, &sight.number, sight.seen_ms, shown.kind),
            subject: subject(self.plan),
            position: 0,
            kind: shown.kind,
            identity: if is_native { Identity::Native } else { Identity::Counted },
            observer,
            actors: Actors {
                attacker: shown.attacker,
                victim: shown.victim,
                assists: shown.assists,
            },
            round: self.round(shown.round, look.wall_ms),
            ordinal: shown.ordinal.map(|(of, value)| Ordinal { of: of.to_owned(), run: 0, value }),
            match_clock_ms: shown.match_clock_ms,
            observed: ClockReading { mono_ms, ..look.observed },
            time: look.time,
            corrected: look.corrected,
            sequence,
            name: shown.name,
            team: shown.team,
            winner: shown.winner,
            score: shown.score,
            streak: shown.streak,
        }
    }

    fn event_id(&self, observer: &str, number: &str, seen_ms: u64, kind: Kind) -> String {
        // Two programs of one account see one session where the game counts,
        // else each counts for itself.
        let own = match self.plan.counters {
            Counters::None => self.device_no.to_string(),
            Counters::Native | Counters::Lagging { .. } => String::new(),
        };
        let seed = self.plan.seed.to_string();
        let session = SessionKey::from_values([seed.as_str(), own.as_str()]);
        let after_reconnect = self.reconnect.is_some_and(|from| seen_ms >= from);
        let game = game(self.plan.rules);
        let epoch = u32::from(after_reconnect) + u32::from(self.clock.is_restarted(seen_ms));
        let fields = EventIdFields {
            game: &game,
            session: &session,
            observer,
            epoch,
            kind,
            native_key: number,
        };
        fields.event_id().to_string()
    }

    fn round(&self, round: u32, wall_ms: i64) -> Option<u32> {
        match self.plan.round_clock {
            RoundClock::Source => Some(round).filter(|_| has_rounds(self.plan.rules)),
            RoundClock::Wall => {
                let since_ms = (wall_ms + ROUND_ORIGIN_MS).max(0);
                u32::try_from(since_ms / signed(ROUND_MS)).ok()
            }
        }
    }
}

/// Who has rounds at all.
fn has_rounds(rules: RuleSet) -> bool {
    match rules {
        RuleSet::Kills | RuleSet::Valorant | RuleSet::Cs2 => true,
        RuleSet::League | RuleSet::RocketLeague => false,
    }
}

fn lag_pct(counters: Counters) -> u64 {
    match counters {
        Counters::None | Counters::Native => 0,
        Counters::Lagging { pct } => pct,
    }
}

fn offline(plan: &CrowdPlan, device_no: usize, end_ms: u64, prng: &mut Prng) -> Option<(u64, u64)> {
    let (chance, from_ms) = (prng.below(100), prng.below(end_ms.max(1)));
    let outage = plan.outage.map(|outage| (outage, prng.between(outage.ms.0, outage.ms.1)));
    if device_no + plan.offline_second_half >= plan.devices && device_no < plan.devices {
        return Some((end_ms / 2, end_ms + BATCH_MS * 12));
    }
    let (outage, long_ms) = outage?;
    (chance < outage.share_pct).then_some((from_ms, from_ms + long_ms))
}

/// The device behind a stream.
pub(super) fn device_id(seed: u64, device_no: usize) -> DeviceId {
    let mut prng = Prng::new(seed, &format!("crowd device {device_no}"));
    DeviceId(Uuid::from_u128((u128::from(prng.next_u64()) << 64) | u128::from(prng.next_u64())))
}

fn game(rules: RuleSet) -> Game {
    match rules {
        RuleSet::Kills | RuleSet::Valorant => named("valorant"),
        RuleSet::League => Game::league(),
        RuleSet::Cs2 => Game::cs2(),
        RuleSet::RocketLeague => named("rocket-league"),
    }
}

fn named(game: &str) -> Game {
    Game::new(game).expect("the name is plain")
}

fn subject(plan: &CrowdPlan) -> String {
    format!("{}:simulated-{}", game(plan.rules), plan.seed)
}
