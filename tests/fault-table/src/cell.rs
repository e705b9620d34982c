//! One fault from start to end: one cell of the table.

use std::time::Duration;

use anyhow::{Result, ensure};
use serde::Serialize;
use tokio::time::Instant;

use crate::{
    accepting::Server,
    client::{Client, Place},
    driver::Said,
    fault::Fault,
    plan::Plan,
};

/// What the client shows; the server knows no other.
const TOKEN: &str = "token-of-the-only-device";
/// The client says at least every event; a longer silence is looked into.
const LOOK: Duration = Duration::from_millis(200);
/// Nothing is left to send for so long: it is settled.
const QUIET: Duration = Duration::from_secs(1);
/// A client that has not appended everything by then never will.
const TRACKING_MAX: Duration = Duration::from_secs(60);
/// Three refusals beside others that succeed take some seconds, and a busy
/// machine several times as long.
const PLAY_ON: Duration = Duration::from_secs(40);
/// More than are appended in that time.
const PLAY_ON_EVENTS: u64 = 5_000;

/// What became of the events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) struct Fate {
    /// Appended and never accepted by the server; the poisoned one not counted.
    pub(crate) lost: u64,
    /// Accepted more than once, under one id.
    pub(crate) doubled: u64,
}

/// How long something took, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(crate) struct Took {
    pub(crate) p50: f64,
    pub(crate) p99: f64,
    pub(crate) max: f64,
}

/// A finished cell.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Cell {
    pub(crate) fault: Fault,
    pub(crate) name: &'static str,
    pub(crate) events: u64,
    /// Before the restart.
    pub(crate) before: Fate,
    /// After it.
    pub(crate) after: Fate,
    /// How often the event was accepted that was accepted most often.
    pub(crate) copies_max: u64,
    /// Events on the wire under more than one id, or an id with another event.
    pub(crate) renamed: u64,
    /// Requests of the whole run, as the server saw them.
    pub(crate) requests: u64,
    /// Requests in the outage, of twelve seconds of the timetable, where there is one.
    pub(crate) outage_requests: Option<u64>,
    /// Seconds from the last append until nothing was left to send.
    pub(crate) settled_after_s: Option<f64>,
    /// What the client itself says at the end: waiting, refused, given up.
    pub(crate) unsent: u64,
    pub(crate) quarantined: u64,
    pub(crate) given_up: u64,
    /// What it has refused once it has played on; only where one event is
    /// never taken.
    pub(crate) refused_in_the_end: Option<u64>,
    /// How long appends took.
    pub(crate) append: Took,
    /// How long a bare write and fdatasync of as many bytes took beside them.
    pub(crate) bare: Took,
}

/// A cell being played.
struct Play<'p> {
    plan: Plan,
    fault: Fault,
    server: &'p Server,
    place: Place<'p>,
    /// The last event whose append returned.
    appended: u64,
    unsent: u64,
    quarantined: u64,
    given_up: u64,
    failed: u64,
    failed_in_outage: u64,
    appends: Vec<u64>,
    bares: Vec<u64>,
}

/// Plays a fault.
pub(crate) async fn play(fault: Fault, plan: Plan) -> Result<Cell> {
    let folder = tempfile::tempdir()?;
    let server = Server::start(fault, plan, TOKEN).await?;
    let url = server.url();
    let place = Place { dir: folder.path(), server: &url, token: TOKEN, timeout: plan.timeout() };
    let mut play = Play {
        plan,
        fault,
        server: &server,
        place,
        appended: 0,
        unsent: 0,
        quarantined: 0,
        given_up: 0,
        failed: 0,
        failed_in_outage: 0,
        appends: Vec::new(),
        bares: Vec::new(),
    };
    play.whole().await
}

impl Play<'_> {
    async fn whole(&mut self) -> Result<Cell> {
        let mut client = self.track().await?;
        let settled = self.settle(&mut client, self.plan.patience(self.fault)).await?;
        for said in client.stop().await? {
            self.hear(&said);
        }
        let before = self.fate();
        // One normal restart, without new events, once the fault is over.
        self.server.heal();
        let mut client = Client::start(self.place, 1, 0)?;
        let patience = Plan::patience_after_restart(self.fault);
        self.settle(&mut client, patience).await?;
        for said in client.stop().await? {
            self.hear(&said);
        }
        let cell = self.cell(before, settled);
        let refused_in_the_end = self.play_on().await?;
        Ok(Cell { refused_in_the_end, ..cell })
    }

    /// One refused event is put aside only while others are taken, so a client
    /// with nothing else to send waits. This one goes on with its match, and says
    /// how many it has refused; the events of it are in no figure.
    async fn play_on(&mut self) -> Result<Option<u64>> {
        if !self.fault.is_poison() {
            return Ok(None);
        }
        let first = self.plan.events() + 1;
        let mut client = Client::start(self.place, first, first + PLAY_ON_EVENTS)?;
        let begun = Instant::now();
        while self.quarantined == 0 && begun.elapsed() < PLAY_ON {
            if let Some(said) = client.next(LOOK).await? {
                self.hear(&said);
            }
        }
        for said in client.stop().await? {
            self.hear(&said);
        }
        Ok(Some(self.quarantined))
    }

    /// Appends every event, through every kill.
    async fn track(&mut self) -> Result<Client> {
        let mut client = Client::start(self.place, 1, self.plan.events())?;
        let mut kills = self.fault.kills().iter().copied().peekable();
        let begun = Instant::now();
        while self.appended < self.plan.events() {
            ensure!(begun.elapsed() < TRACKING_MAX, "the client does not append");
            if kills.next_if(|kill| self.server.second() >= *kill).is_some() {
                for said in client.kill().await? {
                    self.hear(&said);
                }
                self.failed = 0;
                client = Client::start(self.place, self.appended + 1, self.plan.events())?;
            }
            if let Some(said) = client.next(LOOK.min(self.plan.real(0.05))).await? {
                if said == Said::Ready && self.appended == 0 {
                    self.server.begin();
                }
                self.hear(&said);
            }
        }
        Ok(client)
    }

    /// Waits until nothing is left to send; after how many seconds that was.
    async fn settle(&mut self, client: &mut Client, patience: Duration) -> Result<Option<f64>> {
        let (begun, mut quiet) = (Instant::now(), None);
        while begun.elapsed() < patience {
            if let Some(said) = client.next(LOOK).await? {
                self.hear(&said);
            }
            if self.is_work_left() {
                quiet = None;
                continue;
            }
            let since = *quiet.get_or_insert_with(Instant::now);
            if since.elapsed() >= QUIET {
                return Ok(Some((since - begun).as_secs_f64()));
            }
        }
        Ok(None)
    }

    /// Whether anything is to be sent that the server would take: the poisoned
    /// event may wait for ever where nothing else is left to be sent.
    fn is_work_left(&self) -> bool {
        let refused = u64::from(self.fault.is_poison());
        self.unsent > refused || (self.unsent > 0 && self.fate().lost > 0)
    }

    fn hear(&mut self, said: &Said) {
        match *said {
            Said::Ready => {}
            Said::Appended { number, micros } => {
                self.appended = self.appended.max(number);
                self.appends.push(micros);
            }
            Said::Bare { micros } => self.bares.push(micros),
            Said::Requests { failed, .. } => {
                let second = self.server.second();
                let outage = self.fault.outage();
                if outage.is_some_and(|(from, to)| (from..to).contains(&second)) {
                    self.failed_in_outage += failed.saturating_sub(self.failed);
                }
                self.failed = failed;
            }
            Said::Queue { unsent, quarantined, lost } => {
                self.unsent = unsent;
                self.quarantined = quarantined;
                self.given_up = lost;
            }
        }
    }

    fn fate(&self) -> Fate {
        let events = self.plan.events();
        let but = self.fault.is_poison().then(|| Fault::poison(events));
        let ledger = self.server.ledger();
        Fate { lost: ledger.missing(events, but), doubled: ledger.doubled() }
    }

    fn cell(&self, before: Fate, settled_after_s: Option<f64>) -> Cell {
        let after = self.fate();
        let ledger = self.server.ledger();
        let failed = self.failed_in_outage;
        // A port that is closed shows the server nothing; it closes a little late on a
        // busy machine, and what was taken until then did not meet the outage.
        let seen = |(from, to)| {
            let is_open = self.fault.is_open(from);
            if is_open { ledger.requests_during((from, to)).max(failed) } else { failed }
        };
        Cell {
            fault: self.fault,
            name: self.fault.name(),
            events: self.plan.events(),
            before,
            after,
            copies_max: ledger.copies_max(),
            renamed: ledger.renamed() + ledger.shared_ids(),
            requests: ledger.requests(),
            outage_requests: self.fault.outage().map(seen),
            settled_after_s,
            unsent: self.unsent,
            quarantined: self.quarantined,
            given_up: self.given_up,
            refused_in_the_end: None,
            append: Took::of(&self.appends),
            bare: Took::of(&self.bares),
        }
    }
}

impl Took {
    /// Of as many measurements as there are, in microseconds.
    pub(crate) fn of(micros: &[u64]) -> Self {
        let mut sorted = micros.to_vec();
        sorted.sort_unstable();
        let at = |percent: usize| {
            let place = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
            #[expect(clippy::cast_precision_loss, reason = "microseconds of seconds")]
            sorted.get(place).map_or(0.0, |micros| *micros as f64 / 1_000.0)
        };
        Self { p50: at(50), p99: at(99), max: at(100) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slowest_of_a_hundred_is_not_their_p99() {
        let micros: Vec<u64> = (1..=100).map(|ms| ms * 1_000).collect();
        assert_eq!(Took::of(&micros), Took { p50: 50.0, p99: 99.0, max: 100.0 });
        assert_eq!(Took::of(&[]), Took { p50: 0.0, p99: 0.0, max: 0.0 });
    }
}
