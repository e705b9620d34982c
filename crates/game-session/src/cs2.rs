//! Counter-Strike 2 and CS:GO, from Game State Integration.
//!
//! GSI names neither matches nor events: it shows state. What happened is what
//! changed between two frames, and the only counters shown to a player are the
//! player's own. So a session is one stay in one match as this client saw it,
//! its events are the increments of the game's own counters (kills, deaths,
//! rounds), and a counter that falls opens a new epoch, so that no number is
//! ever used twice for an id.

mod epoch;
mod frame;
mod glance;
mod happening;
mod own;
mod rounds;
mod schema;
mod session;

use event_model::Reading;
use serde::{Deserialize, Serialize};

use self::{
    frame::{GsiFrame, Map},
    session::Session,
};
use crate::{MatchNow, Step};

/// Largest frame that is read. An observer's frame of ten players with all
/// blocks has about 20 KiB; this is fifty times as much.
const FRAME_BYTES_MAX: usize = 1024 * 1024;

/// What is known of a Counter-Strike stream so far.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Cs2State {
    session: Option<Session>,
    former: Option<FormerSessions>,
}

/// What must be remembered of the sessions that were left: enough to give no
/// later one an id of theirs, should it begin in the same second or after the
/// PC's clock was set back.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct FormerSessions {
    latest_start: i64,
    epoch_max: u32,
}

impl Cs2State {
    pub(crate) fn observe(&mut self, reading: &Reading) -> Step {
        match reading {
            Reading::Frame(frame) => match GsiFrame::read(&frame.body) {
                Ok((gsi, drift)) => {
                    let mut step = Step { drift, ..Step::default() };
                    self.advance(&gsi, &mut step);
                    step
                }
                Err(why) => Step::unreadable(why),
            },
            Reading::Fault(_) => Step::default(),
        }
    }

    fn advance(&mut self, gsi: &GsiFrame, step: &mut Step) {
        let Some(map) = &gsi.map else {
            step.match_now = MatchNow::NoMatch;
            if let Some(session) = &mut self.session {
                session.leave_map(gsi, step);
            }
            return;
        };
        match &mut self.session {
            Some(session) if session.covers(gsi, map) => session.advance(gsi, map, step),
            Some(_) | None => self.begin(gsi, map, step),
        }
        if let Some(session) = &self.session {
            let glance = glance::glance(session.match_key(), gsi, map);
            step.match_now = MatchNow::Running(Box::new(glance));
        }
    }

    fn begin(&mut self, gsi: &GsiFrame, map: &Map, step: &mut Step) {
        if let Some(left) = self.session.take() {
            self.former = Some(FormerSessions::with(self.former, &left));
        }
        let epoch = match self.former {
            Some(former) if gsi.timestamp <= former.latest_start => {
                former.epoch_max.saturating_add(1)
            }
            Some(_) | None => 0,
        };
        self.session = Some(Session::begin(epoch, gsi, map, step));
    }
}

impl FormerSessions {
    fn with(former: Option<Self>, left: &Session) -> Self {
        let (latest_start, epoch_max) = (left.started(), left.epoch());
        former.map_or(Self { latest_start, epoch_max }, |former| Self {
            latest_start: former.latest_start.max(latest_start),
            epoch_max: former.epoch_max.max(epoch_max),
        })
    }
}
