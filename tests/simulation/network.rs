//! What becomes of a request on its way: decided when it is sent.

use delivery::Silence;
use event_model::EventId;
use ingest_api::{Problem, ProblemKind};
use simulator::Prng;
use uploader::Answer;

use crate::plan::{Network, Weather};

/// The client gives up by itself then, as `uploader` ships.
const CLIENT_TIMEOUT_MS: u64 = 30_000;
/// A slow request arrives at most so late.
const SLOW_MAX_MS: u64 = 90_000;
/// The page of a hotel, a proxy or a firewall.
const PAGE: &str = "<!doctype html><title>Welcome</title><p>Please sign in.";

/// What becomes of one request.
#[derive(Debug)]
pub(crate) struct Fate {
    /// After how long it reaches the server; more than once where something on
    /// the way repeats it.
    pub(crate) arrives_ms: Vec<u64>,
    pub(crate) told: Told,
}

/// What its sender is told.
#[derive(Debug)]
pub(crate) enum Told {
    /// The server's answer to its first arrival, so long after it.
    Answer { after_ms: u64, whole: Whole },
    /// Something else, so long after it was sent.
    Other { after_ms: u64, what: Answer },
    /// A cache says what the server said to an earlier request, and asks nobody.
    Stale { after_ms: u64 },
    /// The server dies when it has committed: nothing.
    ServerDies,
}

/// How an answer reaches its reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Whole {
    AsItIs,
    /// Only so many hundredths of its body.
    Cut(u64),
}

impl Fate {
    /// What becomes of a request of `events`.
    pub(crate) fn of(
        network: &Network,
        weather: Option<Weather>,
        events: &[Option<EventId>],
        chance: &mut Prng,
    ) -> Self {
        let delay = |chance: &mut Prng| chance.between(1, network.delay_max_ms);
        let (there, back) = (delay(chance), delay(chance));
        if let Some(weather) = weather
            && let Some(fate) = under(weather, events, there, back)
        {
            return fate;
        }
        let given_up = silence(chance, there);
        if chance.percent(network.lost_before) {
            return Self::lost(vec![], given_up);
        }
        if chance.percent(network.portal) {
            return Self::told(there + back, page(200, None));
        }
        if chance.percent(network.failing) {
            let status = *chance.pick(&[500, 502, 503, 504]).unwrap();
            return Self::told(there + back, page(status, None));
        }
        if chance.percent(network.lost_after) {
            return Self::lost(vec![there], given_up);
        }
        if chance.percent(network.slow) {
            let late = chance.between(CLIENT_TIMEOUT_MS, SLOW_MAX_MS);
            return Self::lost(vec![late], (CLIENT_TIMEOUT_MS, Silence::TimedOut));
        }
        if chance.percent(network.crash) {
            return Self { arrives_ms: vec![there], told: Told::ServerDies };
        }
        if chance.percent(network.stale) {
            return Self { arrives_ms: vec![], told: Told::Stale { after_ms: there + back } };
        }
        let mut arrives_ms = vec![there];
        if chance.percent(network.twice) {
            arrives_ms.push(there + chance.between(0, SLOW_MAX_MS));
        }
        let cut = chance.percent(network.cut);
        let whole = if cut { Whole::Cut(chance.below(100)) } else { Whole::AsItIs };
        Self { arrives_ms, told: Told::Answer { after_ms: back, whole } }
    }

    fn lost(arrives_ms: Vec<u64>, (after_ms, silence): (u64, Silence)) -> Self {
        Self { arrives_ms, told: Told::Other { after_ms, what: Answer::Silence(silence) } }
    }

    fn told(after_ms: u64, what: Answer) -> Self {
        Self { arrives_ms: vec![], told: Told::Other { after_ms, what } }
    }
}

fn silence(chance: &mut Prng, soon_ms: u64) -> (u64, Silence) {
    if chance.percent(50) {
        (soon_ms, Silence::Broken)
    } else {
        (CLIENT_TIMEOUT_MS, Silence::TimedOut)
    }
}

/// `None` where the weather leaves this request alone.
fn under(weather: Weather, events: &[Option<EventId>], there: u64, back: u64) -> Option<Fate> {
    let around_ms = there + back;
    Some(match weather {
        Weather::Unreachable => Fate::lost(vec![], (around_ms, Silence::Unreachable)),
        Weather::Portal => Fate::told(around_ms, page(200, None)),
        Weather::Status(status) => Fate::told(around_ms, page(status, None)),
        Weather::RetryAfter(status, seconds) => {
            Fate::told(around_ms, page(status, Some(seconds.to_string())))
        }
        Weather::TooLargeFor(most) if events.len() > most => Fate::told(around_ms, page(413, None)),
        Weather::Poison(these, status) if events.iter().flatten().any(|id| these.has(*id)) => {
            Fate::told(around_ms, page(status, None))
        }
        Weather::TooLargeFor(_) | Weather::Poison(..) | Weather::Verdict(..) => return None,
        Weather::Revoked => Fate::told(around_ms, problem(ProblemKind::Revoked)),
        Weather::NoAnswers => Fate::lost(vec![there], (CLIENT_TIMEOUT_MS, Silence::TimedOut)),
    })
}

fn page(status: u16, retry_after: Option<String>) -> Answer {
    Answer::Whole { status, retry_after, date: None, body: PAGE.into() }
}

fn problem(kind: ProblemKind) -> Answer {
    let body = serde_json::to_vec(&Problem::new(kind, "simulated")).unwrap();
    Answer::Whole { status: kind.status(), retry_after: None, date: None, body }
}
