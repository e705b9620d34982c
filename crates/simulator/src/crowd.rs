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
mod files;
mod happening;
mod plan;
mod rounds;
mod sent;
mod skirmish;
mod witness;

use event_model::DeviceId;
pub use files::device_file;
pub use happening::{Happening, PLAYERS, Thing, player_name};
pub use plan::{
    ClockFault, Counters, CrowdPlan, Lie, Noise, Outage, RoundClock, RuleSet, START_UNIX_MS, Step,
    Turns,
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
    /// Who plays, as the devices' sources list it; said before everything else.
    pub listed: Vec<Listed>,
    /// Which of what was sent its senders delete in the end, by place in `sent`.
    pub deleted: Vec<usize>,
}

/// A list of the players, as one source gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Who sent it.
    pub device: DeviceId,
    /// The account that it says it watches.
    pub observer: String,
    /// The players.
    pub players: Vec<String>,
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
        let listed = (0..plan.streams()).flat_map(|device| lists(plan, device)).collect();
        let deleted = witness::deleted(plan, &sent);
        Self { plan: plan.clone(), happened, sent, listed, deleted }
    }
}

/// The lists that a stream sends: the one of its source, and a liar's own.
fn lists(plan: &CrowdPlan, device_no: usize) -> Vec<Listed> {
    let device = witness::device_id(plan.seed, device_no);
    let strangers = witness::strangers(plan, device_no);
    if !strangers.is_empty() {
        let list = |observer: &String| Listed {
            device,
            observer: observer.clone(),
            players: strangers.clone(),
        };
        return strangers.iter().map(list).collect();
    }
    let observer = player_name(plan.player_of(device_no));
    let players = (0..PLAYERS).map(player_name).collect();
    let own = Listed { device, observer, players };
    plan.lists_players.then_some(own).into_iter().collect()
}
