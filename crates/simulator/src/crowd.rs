//! Many witnesses of one match: what happened, and what each device tells of it.
//!
//! A [`CrowdPlan`] says how many devices watch which game, with which clocks,
//! misses, outages and lies; [`Crowd::of`] makes the reports of all of them up,
//! in the order in which a server gets them, each with the happening that it
//! really is. Pure: a plan gives the same crowd on any machine.
//!
//! Nobody has measured two live players of one match. The rates that are known
//! from recordings stand at their constants in [`Noise`]; the others are chosen,
//! and every page that shows a figure made with them says so.

mod chance;
mod clock;
mod happening;
mod plan;
mod rounds;
mod sent;
mod skirmish;
mod witness;

pub use happening::{Happening, PLAYERS, Thing, player_name};
pub use plan::{
    ClockFault, Counters, CrowdPlan, Lie, Noise, Outage, RoundClock, RuleSet, START_UNIX_MS, Step,
};
pub use sent::{Sent, Told};

/// The reports of a match, in the order in which they reach the server.
#[derive(Debug, Clone)]
pub struct Crowd {
    /// What it was made of.
    pub plan: CrowdPlan,
    /// What really happened, in order of time.
    pub happened: Vec<Happening>,
    /// What the server gets, in the order in which it gets it.
    pub sent: Vec<Sent>,
}

impl Crowd {
    /// Makes the crowd of a plan up.
    #[must_use]
    pub fn of(plan: &CrowdPlan) -> Self {
        let happened = happening::all(plan);
        let mut sent: Vec<Sent> = (0..plan.streams())
            .flat_map(|device| witness::reports(plan, device, &happened))
            .collect();
        sent.sort_by_key(|sent| (sent.arrived_ms, sent.device_no, sent.told.sequence));
        for (position, sent) in (1..).zip(&mut sent) {
            sent.told.position = position;
        }
        Self { plan: plan.clone(), happened, sent }
    }
}
