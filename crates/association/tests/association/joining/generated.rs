//! Matches as several devices tell them. Simulated: lengths, misses and delays
//! are chosen here, after what the games were seen to do.

use std::collections::BTreeSet;

use association::{
    Hints, Report, Sighting, TimeQuality,
    joining::{Evidence, Partition, SessionSummary, Verdicts, join_further, join_knowing},
};
use event_model::{
    Actors, ClockEpoch, ClockReading, DeviceId, Game, Identity, Kind, MatchKey, Origin, WallTime,
};
use uuid::Uuid;

/// As many cases of a law, and fifty times as many in a long run, or a tenth of
/// what is asked for there where that is more: a case plays ten sessions.
pub(super) fn cases(count: u32) -> u32 {
    if std::env::var_os("RINGSIDE_LONG").is_none() {
        return count;
    }
    let asked = std::env::var("PROPTEST_CASES").ok().and_then(|asked| asked.parse().ok());
    (asked.unwrap_or(0) / 10).max(count * 50)
}

pub(super) const MINUTE: i64 = 60_000;

/// When the first match of every test begins, by the server.
pub(super) const EVENING: i64 = 1_795_201_200_000;

/// A stream of numbers that a seed fixes.
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn of(seed: u64) -> Self {
        Self(seed)
    }

    /// SplitMix64.
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    pub(super) fn below(&mut self, bound: i64) -> i64 {
        let bound = u64::try_from(bound).expect("a bound is positive");
        i64::try_from(self.next() % bound).expect("below a signed bound")
    }

    pub(super) fn between(&mut self, from: i64, to: i64) -> i64 {
        from + self.below(to - from + 1)
    }

    pub(super) fn percent(&mut self, chance: i64) -> bool {
        self.below(100) < chance
    }

    pub(super) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let bound = i64::try_from(last + 1).expect("a small list");
            items.swap(last, usize::try_from(self.below(bound)).expect("not negative"));
        }
    }
}

/// What one device says once: a report that owns its texts, or evidence.
#[derive(Debug, Clone)]
pub(super) struct Said {
    pub(super) device: u128,
    pub(super) account: String,
    pub(super) kind: Kind,
    pub(super) actors: Actors,
    pub(super) round: Option<u32>,
    pub(super) match_clock_ms: Option<i64>,
    pub(super) mono_ms: i64,
    pub(super) corrected: Sighting,
    pub(super) winner: Option<String>,
    pub(super) score: Option<String>,
    pub(super) evidence: Option<Evidence>,
}

/// A device's clocks: what it shows when the server's shows nought, and whether
/// the server can correct it.
#[derive(Debug, Clone, Copy)]
pub(super) struct DeviceClock {
    pub(super) wrong_by_ms: i64,
    pub(super) quality: TimeQuality,
}

pub(super) const GOOD: DeviceClock = DeviceClock { wrong_by_ms: 0, quality: TimeQuality::Good };

impl DeviceClock {
    /// Wrong by up to an hour either way, and nothing to correct it by.
    pub(super) fn wrong(dice: &mut Dice) -> Self {
        let wrong_by_ms = dice.between(-60 * MINUTE, 60 * MINUTE);
        Self { wrong_by_ms, quality: TimeQuality::Low }
    }

    pub(super) fn corrected(self, server_ms: i64, sent_for_ms: i64) -> Sighting {
        let at = match self.quality {
            TimeQuality::Good => server_ms + sent_for_ms,
            TimeQuality::Low => server_ms + self.wrong_by_ms,
        };
        Sighting { at: WallTime::from_unix_ms(at), quality: self.quality }
    }
}

/// One session: what its device says, in order.
#[derive(Debug, Clone)]
pub(super) struct Session {
    pub(super) key: MatchKey,
    pub(super) game: Game,
    pub(super) said: Vec<Said>,
}

impl Session {
    pub(super) fn summary(&self) -> SessionSummary {
        self.summary_of(self.said.len())
    }

    /// After the first few of what it says.
    pub(super) fn summary_of(&self, count: usize) -> SessionSummary {
        let mut summary = SessionSummary::new(self.key.clone(), self.game.clone());
        for said in self.said.iter().take(count) {
            said.tell(&self.key, &mut summary);
        }
        summary
    }
}

impl Said {
    pub(super) fn tell(&self, key: &MatchKey, summary: &mut SessionSummary) {
        let report = Report {
            device: DeviceId(Uuid::from_u128(self.device)),
            event_id: "",
            subject: key.as_str(),
            position: 1,
            kind: Some(self.kind),
            identity: Some(Identity::Native),
            origin: Some(Origin::Live),
            observer: Some(&self.account),
            actors: &self.actors,
            actor_ids: None,
            round: self.round,
            ordinal: None,
            match_clock_ms: self.match_clock_ms,
            observed: Some(ClockReading {
                epoch: ClockEpoch(Uuid::from_u128(self.device)),
                mono_ms: u64::try_from(self.mono_ms).expect("an uptime"),
            }),
            time: None,
            corrected: self.corrected,
            outbox: None,
            sequence: None,
            hints: Hints {
                winner: self.winner.as_deref(),
                score: self.score.as_deref(),
                ..Hints::default()
            },
        };
        summary.hear(&report);
        if let Some(evidence) = &self.evidence {
            summary.learn(&report, evidence);
        }
    }
}

/// The server: it hears what sessions say, and joins after every batch.
#[derive(Default)]
pub(super) struct Server {
    summaries: Vec<SessionSummary>,
    verdicts: Verdicts,
    pub(super) matches: Partition,
}

impl Server {
    pub(super) fn hear(&mut self, session: &Session, batch: &[Said]) {
        let known = self.summaries.iter().position(|summary| *summary.key() == session.key);
        let at = known.unwrap_or_else(|| {
            self.summaries.push(SessionSummary::new(session.key.clone(), session.game.clone()));
            self.summaries.len() - 1
        });
        for said in batch {
            said.tell(&session.key, &mut self.summaries[at]);
        }
        self.verdicts.forget(&session.key);
        let anew = join_further(&self.summaries, &self.matches);
        self.matches = join_knowing(&self.summaries, &self.matches, &mut self.verdicts);
        assert_eq!(self.matches, anew, "verdicts that are remembered are the same");
    }

    /// Every session's batches in their order, the sessions mixed.
    pub(super) fn hear_mixed(
        &mut self,
        sessions: &[&Session],
        dice: &mut Dice,
        check: impl Fn(&Partition),
    ) {
        let mut told = vec![0; sessions.len()];
        let mut open: Vec<usize> = (0..sessions.len()).collect();
        while !open.is_empty() {
            let at =
                usize::try_from(dice.below(i64::try_from(open.len()).expect("a small number")))
                    .expect("a small number");
            let number = open[at];
            let (session, from) = (sessions[number], told[number]);
            let size = usize::try_from(dice.between(1, 100)).expect("a small number");
            let to = (from + size).min(session.said.len());
            self.hear(session, &session.said[from..to]);
            check(&self.matches);
            told[number] = to;
            if to == session.said.len() {
                open.swap_remove(at);
            }
        }
    }
}

pub(super) fn keys(sessions: &[Session]) -> BTreeSet<MatchKey> {
    sessions.iter().map(|session| session.key.clone()).collect()
}

pub(super) fn groups(partition: &Partition) -> BTreeSet<BTreeSet<MatchKey>> {
    partition.matches().cloned().collect()
}

/// Whether no match holds sessions of two of the true ones.
pub(super) fn nothing_wrong(partition: &Partition, truth: &[BTreeSet<MatchKey>]) -> bool {
    partition.matches().all(|joined| truth.iter().any(|sessions| joined.is_subset(sessions)))
}
