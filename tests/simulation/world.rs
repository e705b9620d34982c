//! The simulation itself: a heap of what happens next, and devices that run
//! between.

mod faults;
mod requests;
mod verdicts;

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap},
    path::Path,
    sync::Arc,
};

use event_model::{OutboxId, Received};
use simulator::Prng;
use tokio::runtime::Runtime;

use crate::{
    device::{Appended, Device},
    game,
    ledger::{Ledger, OnServer},
    plan::{Fault, Network, Plan, Weather},
    server::{Backup, SimServer},
    trace::{Loudness, Trace},
};
use requests::Flight;

/// Devices run so far at a time; what they send is looked at afterwards.
const SLICE_MS: u64 = 500;
/// After the faults, for everything to arrive. The longest wait of a client is an
/// hour, where a cache named other databases so often that it puts off to send again
/// what it sent; halving a batch and meeting a new store take a few requests more.
const QUIET_MAX_MS: u64 = 90 * 60 * 1_000;

/// One simulation under way.
pub(crate) struct World {
    pub(crate) now_ms: u64,
    pub(crate) plan: Plan,
    pub(crate) devices: Vec<Device>,
    pub(crate) server: SimServer,
    pub(crate) ledger: Ledger,
    pub(crate) trace: Trace,
    heap: BinaryHeap<Reverse<(u64, u64, Happening)>>,
    happenings: u64,
    flights: BTreeMap<u64, Flight>,
    last_flight: u64,
    weather: Option<Weather>,
    network: Network,
    chance: Prng,
    /// Whether the players have looked at what was refused, after the faults.
    have_looked: bool,
    /// What was refused then.
    pub(crate) refused: u64,
    backup: Option<(Backup, OnServer)>,
    /// What each outbox was answered last, for a cache to repeat. A page does not
    /// say which outbox it was for: one that another outbox was given for the same
    /// events settles them, and the server never hears of their new numbers.
    last_answers: BTreeMap<Option<OutboxId>, Vec<u8>>,
}

/// What happens next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Happening {
    /// A frame of a device's match.
    Frame { device: usize, play: usize, frame: usize },
    /// The disk is asked again.
    Commit { device: usize, run: u32 },
    /// A request reaches the server.
    Arrival { flight: u64, first: bool },
    /// An answer reaches its device.
    Answer { flight: u64 },
    /// A fault of the plan begins.
    Fault { number: usize },
    /// It is over.
    Over { number: usize },
    /// A companion is started again.
    Start { device: usize },
    /// The faults have ceased.
    Calm,
}

impl World {
    pub(crate) fn new(seed: u64, folder: &Path, runtime: Arc<Runtime>, loud: Loudness) -> Self {
        let plan = Plan::of(seed);
        let device = |number| Device::new(seed, number, folder, &plan);
        let mut world = Self {
            now_ms: 0,
            devices: (0..plan.devices).map(device).collect(),
            server: SimServer::start(folder, runtime),
            ledger: Ledger::default(),
            trace: Trace::new(loud),
            heap: BinaryHeap::new(),
            happenings: 0,
            flights: BTreeMap::new(),
            last_flight: 0,
            weather: None,
            network: plan.network,
            chance: Prng::new(seed, "network"),
            have_looked: false,
            refused: 0,
            backup: None,
            last_answers: BTreeMap::new(),
            plan,
        };
        world.set_up();
        world
    }

    fn set_up(&mut self) {
        self.trace.say(0, &format!("{:?}", self.plan));
        for device in 0..self.devices.len() {
            let (id, token) = (self.devices[device].id, self.devices[device].token());
            self.server.enrol(id, &token);
            self.deal_matches(device);
            self.at(0, Happening::Start { device });
        }
        for number in 0..self.plan.faults.len() {
            self.at(self.plan.faults[number].0, Happening::Fault { number });
        }
        self.at(self.plan.calm_ms, Happening::Calm);
    }

    /// All but the last match of an evening, one after the other.
    fn deal_matches(&mut self, device: usize) {
        let evening = self.chance.index(game::evenings().len());
        self.devices[device].evening = &game::evenings()[evening];
        let matches = &game::evenings()[evening].matches;
        let mut begins_ms = self.chance.between(500, 10_000);
        for play in &matches[..matches.len() - 1] {
            self.play(device, begins_ms);
            begins_ms += play.ends_ms() + self.chance.between(1_000, 10_000);
        }
    }

    /// The next match of the evening begins.
    fn play(&mut self, device: usize, begins_ms: u64) {
        let of = &mut self.devices[device];
        let play = of.begins_ms.len();
        let offset_ms = of.evening.matches[play].frames[0].0;
        of.begins_ms.push(begins_ms);
        self.at(begins_ms + offset_ms, Happening::Frame { device, play, frame: 0 });
    }

    fn at(&mut self, at_ms: u64, happening: Happening) {
        self.happenings += 1;
        self.heap.push(Reverse((at_ms, self.happenings, happening)));
    }

    /// Runs to the end; why it did not come to one.
    pub(crate) fn run(&mut self) -> Result<(), String> {
        let end_ms = self.plan.calm_ms + QUIET_MAX_MS;
        while !self.is_done()? {
            if self.now_ms > end_ms {
                return Err("the quiet period is over, and events still wait".to_owned());
            }
            self.now_ms += SLICE_MS;
            for device in 0..self.devices.len() {
                if let Some(process) = &mut self.devices[device].process {
                    for sent in process.advance(self.now_ms) {
                        self.send(device, sent)?;
                    }
                }
            }
            while let Some(Reverse((at_ms, _, _))) = self.heap.peek()
                && *at_ms <= self.now_ms
            {
                let Some(Reverse((at_ms, _, happening))) = self.heap.pop() else { break };
                self.happen(at_ms, happening)?;
            }
        }
        Ok(())
    }

    /// Whether everything is quiet, also after the players have put back what was
    /// refused.
    fn is_done(&mut self) -> Result<bool, String> {
        if !self.is_quiet() {
            return Ok(false);
        }
        if self.have_looked {
            return Ok(true);
        }
        self.have_looked = true;
        (0..self.devices.len()).try_for_each(|device| self.put_back(device))?;
        Ok(false)
    }

    fn is_quiet(&self) -> bool {
        self.now_ms > self.plan.calm_ms
            && self.heap.is_empty()
            && self.devices.iter().all(|device| {
                let Some(process) = &device.process else { return false };
                let outbox = process.outbox.lock().unwrap();
                let status = outbox.status(device.clock.at(self.now_ms)).unwrap();
                let waits = status.pending > 0 || status.in_flight > 0;
                !waits && !outbox.puts_off_resend().unwrap()
            })
    }

    fn happen(&mut self, at_ms: u64, happening: Happening) -> Result<(), String> {
        match happening {
            Happening::Frame { device, play, frame } => self.frame(at_ms, device, play, frame),
            Happening::Commit { device, run } => {
                if self.devices[device].run == run {
                    let appended = self.devices[device].commit(at_ms);
                    self.appended(at_ms, device, appended);
                }
            }
            Happening::Arrival { flight, first } => self.arrive(at_ms, flight, first)?,
            Happening::Answer { flight } => self.answer(at_ms, flight),
            Happening::Fault { number } => self.fault(at_ms, number),
            Happening::Over { number } => self.over(at_ms, number),
            Happening::Start { device } => self.start(at_ms, device),
            Happening::Calm => self.calm(at_ms),
        }
        Ok(())
    }

    fn frame(&mut self, at_ms: u64, device: usize, play: usize, frame: usize) {
        let begins_ms = self.devices[device].begins_ms[play];
        let game = &self.devices[device].evening.matches[play];
        if let Some((offset_ms, _)) = game.frames.get(frame + 1) {
            let next = Happening::Frame { device, play, frame: frame + 1 };
            self.at(begins_ms + offset_ms, next);
        }
        let of = &mut self.devices[device];
        if of.process.is_none() {
            of.inexact.push(play);
            return;
        }
        let reading = game.frames[frame].1.clone();
        let received = Received { source: game.source, at: of.clock.at(at_ms), reading };
        let appended = of.take(&received, at_ms);
        self.appended(at_ms, device, appended);
    }

    fn appended(&mut self, at_ms: u64, device: usize, appended: Appended) {
        if let Some(retry_at_ms) = appended.retry_at_ms {
            let run = self.devices[device].run;
            self.trace.say(at_ms, &format!("device {device}: not saved"));
            self.at(retry_at_ms, Happening::Commit { device, run });
        }
        if appended.events.is_empty() {
            return;
        }
        self.trace.say(at_ms, &format!("device {device}: {} appended", appended.events.len()));
        self.ledger.appended(device, appended.events);
        let ahead = |fault: &(u64, Fault)| {
            fault.0 >= at_ms
                && matches!(fault.1, Fault::PowerLoss { device: of, .. } if of == device)
        };
        if self.plan.faults.iter().any(ahead) {
            self.devices[device].keep_synced();
        }
    }
}
