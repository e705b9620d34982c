//! Small matches, made of a few numbers, for laws that hold for every match.

use association::{MatchState, Rules};
use event_model::{Game, Kind};
use proptest::prelude::*;

use crate::{reader::Reader, told::Told};

/// League's rules, where a kill can happen again after three seconds.
pub(crate) fn league() -> Rules {
    Rules::of(&Game::new("league").unwrap())
}

/// A match as several devices tell it.
#[derive(Debug, Clone)]
pub(crate) struct Sketch {
    /// Instants of the kills, with their victims.
    pub(crate) kills: Vec<(u64, u8)>,
    /// How far each device's clock is off, and whether the server knows.
    pub(crate) clocks: Vec<(i64, bool)>,
    /// Who misses what: one bit a kill and device.
    pub(crate) missed: Vec<u64>,
    /// How late each device is with each kill.
    pub(crate) lateness: Vec<u64>,
    /// Whether the game counts deaths.
    pub(crate) counts: bool,
}

pub(crate) fn sketch() -> impl Strategy<Value = Sketch> {
    let kills = prop::collection::vec((500_u64..9_000, 0_u8..3), 1..14);
    let clocks = prop::collection::vec((-60_000_i64..60_000, any::<bool>()), 1..5);
    let missed = prop::collection::vec(any::<u64>(), 4);
    let lateness = prop::collection::vec(0_u64..900, 60);
    (kills, clocks, missed, lateness, any::<bool>()).prop_map(
        |(gaps, clocks, missed, lateness, counts)| {
            let mut now = 60_000;
            let kills = gaps
                .into_iter()
                .map(|(gap, victim)| {
                    now += gap;
                    (now, victim)
                })
                .collect();
            Sketch { kills, clocks, missed, lateness, counts }
        },
    )
}

impl Sketch {
    /// What they tell, device by device.
    pub(crate) fn told(&self) -> Vec<Told> {
        let mut told = Vec::new();
        for device in 0..self.clocks.len() {
            for kill in 0..self.kills.len() {
                if self.missed[device] >> kill & 3 != 3 {
                    told.push(self.one(device, kill));
                }
            }
        }
        told
    }

    fn one(&self, device: usize, kill: usize) -> Told {
        let (at, victim) = self.kills[kill];
        let (off, is_known) = self.clocks[device];
        let late = self.lateness[(device * 17 + kill) % self.lateness.len()];
        let seen = at + late;
        let number = u128::try_from(device).unwrap() + 1;
        let mut told = Told::kill(number, seen, "Ana", &format!("victim {victim}"));
        told.event_id =
            uuid::Uuid::from_u128(number << 64 | u128::try_from(kill).unwrap()).to_string();
        told.mono_ms = seen.checked_add_signed(off + 100_000).unwrap();
        if !is_known {
            told.at_ms += off;
            told.quality = association::TimeQuality::Low;
        }
        if self.counts {
            let before = self.kills[..=kill].iter().filter(|(_, who)| *who == victim);
            told = told.death(u64::try_from(before.count()).unwrap());
        }
        if kill + 1 == self.kills.len() && device == 0 {
            told.kind = Kind::MatchEnded;
        }
        told
    }
}

/// A match that was told all of this, and one who read its changes.
pub(crate) fn live(told: &[Told]) -> (MatchState, Reader) {
    let mut state = MatchState::new(league());
    let mut reader = Reader::default();
    for (position, told) in (1..).zip(told) {
        state.place(&told.report(position));
        state.resolve_if_due();
        reader.read(&state.take_changes());
    }
    (state, reader)
}

/// The events of each occurrence, by device and id, whatever their handles.
pub(crate) fn contents(state: &MatchState) -> Vec<Vec<String>> {
    let set = state.reports();
    let event = |no: association::LogNo| {
        let (_, report) = set.iter().find(|(_, report)| report.position == no.0).unwrap();
        format!("{} {:?}", set.stream_of(report).device, report.key)
    };
    let mut contents: Vec<Vec<String>> = state
        .occurrences()
        .into_iter()
        .map(|occurrence| {
            let mut events: Vec<String> = occurrence.reports.into_iter().map(event).collect();
            events.sort_unstable();
            events
        })
        .collect();
    contents.sort_unstable();
    contents
}
