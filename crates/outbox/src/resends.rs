//! How often what was settled is sent again.
//!
//! Each answer names the server's database, and another one than last time may lack
//! what the last one had: a week is sent again. Where two databases stand behind one
//! address every answer may name another, and a week went out for each of them,
//! without a pause. So it is done a few times an hour; what is put off then is owed,
//! also across a restart, and done when the hour is over.

use std::collections::VecDeque;

use event_model::Moment;
use rusqlite::Connection;

use crate::{Error, meta::Meta};

/// A server is restored once, and when that went wrong once or twice more.
const IN_A_WINDOW_MAX: usize = 4;
const WINDOW_MS: u64 = 60 * 60 * 1_000;

/// When that was done lately.
#[derive(Debug, Clone, Default)]
pub(crate) struct Resends(VecDeque<Moment>);

/// Whether it may be done now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Turn {
    Now,
    Later,
}

impl Resends {
    /// It is to be done: whether now. What is not is owed from then on.
    pub(crate) fn want(&mut self, db: &Connection, now: Moment) -> Result<Turn, Error> {
        if self.turn(now) == Turn::Later {
            if !is_owed(db)? {
                Meta::ResendOwed.write(db, "yes")?;
            }
            return Ok(Turn::Later);
        }
        self.0.retain(|done| is_within_window(*done, now));
        self.0.push_back(now);
        Meta::ResendOwed.remove(db)?;
        Ok(Turn::Now)
    }

    /// Whether it could be done now.
    pub(crate) fn turn(&self, now: Moment) -> Turn {
        let lately = self.0.iter().filter(|done| is_within_window(**done, now)).count();
        if lately < IN_A_WINDOW_MAX { Turn::Now } else { Turn::Later }
    }
}

fn is_within_window(done: Moment, now: Moment) -> bool {
    done.clock.epoch == now.clock.epoch
        && now.clock.mono_ms.saturating_sub(done.clock.mono_ms) < WINDOW_MS
}

pub(crate) fn is_owed(db: &Connection) -> Result<bool, Error> {
    Ok(Meta::ResendOwed.read(db)?.is_some())
}
