//! How often what was settled is sent again.
//!
//! Each answer names the server's database, and another one than last time may lack
//! what the last one had: a week is sent again. Where two databases stand behind one
//! address every answer may name another, and a week went out for each of them,
//! without a pause. So it is done a few times an hour; what is put off then is owed,
//! also across a restart, and done when the hour is over.

use event_model::Moment;
use rusqlite::Connection;

use crate::{
    Error,
    lately::{Lately, Turn, WINDOW_MS},
    meta::Meta,
};

/// When that was done lately.
#[derive(Debug, Clone, Default)]
pub(crate) struct Resends(Lately);

impl Resends {
    /// It is to be done: whether now. What is not is owed from then on.
    pub(crate) fn want(&mut self, db: &Connection, now: Moment) -> Result<Turn, Error> {
        if self.turn(now) == Turn::Later {
            if !is_owed(db)? {
                Meta::ResendOwed.write(db, "yes")?;
            }
            return Ok(Turn::Later);
        }
        self.0.done(now);
        Meta::ResendOwed.remove(db)?;
        Ok(Turn::Now)
    }

    /// Whether it could be done now.
    pub(crate) fn turn(&self, now: Moment) -> Turn {
        self.0.turn(now, WINDOW_MS)
    }
}

pub(crate) fn is_owed(db: &Connection) -> Result<bool, Error> {
    Ok(Meta::ResendOwed.read(db)?.is_some())
}
