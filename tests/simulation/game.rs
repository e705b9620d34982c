//! What a device's game shows: matches of crate `simulator`, made once for all
//! seeds.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, OnceLock},
};

use event_model::{Channel, EventId, Frame, Reading, Source};
use game_session::{SourceState, cut_secrets};
use simulator::{Cs2Match, LeagueMatch, Length};

use crate::clock::BEGIN_UNIX_MS;

/// Seconds of a match: long enough for several requests, and no longer.
const SECONDS: u32 = 50;
/// League is asked once a second; every fourth document shows as much.
pub(crate) const LEAGUE_POLL_MS: u64 = 4_000;
/// A last match, after the faults.
const LAST_SECONDS: u32 = Length::SECONDS_MIN;

/// A match, frame by frame.
pub(crate) struct Match {
    pub(crate) source: Source,
    /// Each with its time since the match began.
    pub(crate) frames: Vec<(u64, Reading)>,
}

/// What a device plays, one match after the other.
pub(crate) struct Evening {
    pub(crate) matches: Vec<Arc<Match>>,
    /// The events of a companion that sees all of it, a match.
    pub(crate) events: Vec<BTreeSet<EventId>>,
    /// When it sees each, since the beginning of its match.
    pub(crate) moments: BTreeMap<EventId, u64>,
}

impl Evening {
    fn of(matches: Vec<Arc<Match>>) -> Self {
        let mut states: BTreeMap<Source, SourceState> = BTreeMap::new();
        let mut moments = BTreeMap::new();
        let events = matches.iter().map(|play| {
            let fresh = || SourceState::new(play.source).unwrap();
            let state = states.entry(play.source).or_insert_with(fresh);
            let mut of_match = BTreeSet::new();
            for (at_ms, reading) in &play.frames {
                let observed = state.observe(reading).events;
                let ids = observed.iter().map(|event| event.id);
                moments.extend(ids.clone().map(|id| (id, *at_ms)));
                of_match.extend(ids);
            }
            of_match
        });
        let events = events.collect();
        Self { matches, events, moments }
    }
}

impl Match {
    pub(crate) fn ends_ms(&self) -> u64 {
        self.frames.last().map_or(0, |(at_ms, _)| *at_ms)
    }

    fn cs2(seed: u64, seconds: u32) -> Arc<Self> {
        let requests = Cs2Match::new(seed, Length::seconds(seconds)).requests("token");
        let frames = requests.into_iter().map(|request| {
            let mut frame = Frame::new(Channel::Http, request.body);
            frame.method = Some(request.method.to_owned());
            frame.path = Some(request.url.to_owned());
            cut_secrets(Source::Cs2, &mut frame);
            let at_ms = u64::try_from(request.timestamp.unix_ms() - BEGIN_UNIX_MS).unwrap();
            (at_ms, Reading::Frame(frame))
        });
        Arc::new(Self { source: Source::Cs2, frames: frames.collect() })
    }

    fn league(seed: u64) -> Arc<Self> {
        let play = LeagueMatch::new(seed, Length::seconds(SECONDS));
        let polls = (0..=play.end_ms() / LEAGUE_POLL_MS + 1).map(|poll| poll * LEAGUE_POLL_MS);
        let frames = polls.map(|at_ms| {
            let mut frame = Frame::new(Channel::Poll, play.document_at(at_ms));
            frame.status = Some(200);
            (at_ms, Reading::Frame(frame))
        });
        Arc::new(Self { source: Source::League, frames: frames.collect() })
    }
}

/// What devices play: the last match comes when the faults have ceased.
pub(crate) fn evenings() -> &'static [Evening] {
    static EVENINGS: OnceLock<Vec<Evening>> = OnceLock::new();
    EVENINGS.get_or_init(|| {
        let cs2: Vec<_> = (0..3).map(|seed| Match::cs2(seed, SECONDS)).collect();
        let league: Vec<_> = (0..2).map(Match::league).collect();
        let last = Match::cs2(u64::MAX, LAST_SECONDS);
        let evening = |one: &Arc<Match>, two: &Arc<Match>| {
            Evening::of(vec![Arc::clone(one), Arc::clone(two), Arc::clone(&last)])
        };
        vec![
            evening(&cs2[0], &cs2[1]),
            evening(&cs2[2], &league[0]),
            evening(&league[0], &league[1]),
            evening(&league[1], &cs2[0]),
        ]
    })
}
