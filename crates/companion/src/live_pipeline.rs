//! The pipeline of live capture, one call at a time: for a simulation that
//! plays the readers, the disk and the clock.

use std::sync::{Arc, Mutex};

use event_model::{Moment, Origin, Received, Source};
use outbox::{NewEvent, Outbox, StreamKey};
use tokio::sync::Notify;

use crate::{
    Shell,
    live::LIVE,
    pipeline::{Beginning, Pipeline},
};

/// What a [`crate::Companion`] turns readings into events with, without its
/// threads: the caller says when a reading comes and when to commit.
pub struct LivePipeline(Pipeline);

impl LivePipeline {
    /// Goes on with the state that the outbox has of `sources`. `wake` is told
    /// of each append, as the uploader is.
    ///
    /// # Errors
    /// Where the outbox cannot be read.
    pub fn resume(
        outbox: Arc<Mutex<Outbox>>,
        shell: Arc<dyn Shell>,
        wake: Arc<Notify>,
        sources: impl IntoIterator<Item = Source>,
    ) -> Result<Self, outbox::Error> {
        let mut pipeline = Pipeline::new(outbox, shell, Origin::Live);
        pipeline.wake_after_append(wake);
        for source in sources {
            let key = StreamKey { source, stream: LIVE.to_owned() };
            pipeline.begin(key, Beginning::Saved)?;
        }
        Ok(Self(pipeline))
    }

    /// Takes one reading; the events that it made wait for [`Self::commit`].
    pub fn take(&mut self, received: &Received) -> Vec<NewEvent> {
        self.0.remember_events();
        self.0.take(received);
        self.0.take_events().events
    }

    /// Makes everything taken so far durable.
    ///
    /// # Errors
    /// Where the disk does not take it: it is kept for the next commit.
    pub fn commit(&mut self, now: Moment) -> Result<(), outbox::Error> {
        self.0.commit(now)
    }
}
