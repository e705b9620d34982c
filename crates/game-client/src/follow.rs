//! Follows the log files that a game writes, line by line.
//!
//! A frame is one complete line with its file's name and where in it the line
//! begins. The operating system tells of a change where it can; the folder is
//! looked at every second all the same, for network drives, synchronised folders
//! and Wine.
//!
//! | the game, or the disk | here |
//! |---|---|
//! | has written half a line | it waits for its end |
//! | ends lines with CRLF or LF | neither is part of a frame; an empty line is none |
//! | begins another file | the former is read to its end first |
//! | renames the file and begins it anew | told by the file's identity; the rest is read from the renamed one |
//! | shortens the file, or writes it anew in place | counted, read from its start: what was there before keeps its ids |
//! | writes a line that no game writes | skipped and counted; later lines keep their places |
//! | is not there, or its folder is not | a state, asked again |
//!
//! # Where it goes on after a restart
//!
//! The stream's saved state knows the last line that it took
//! ([`game_session::SourceState::followed_to`]), and is saved with the events made
//! of it. The reader is started with that place, reads that line again to see that
//! the file is the same, and goes on; every file that was begun meanwhile is read
//! too. Whatever is read twice makes the same ids.
//!
//! Whoever stops a follower and starts another goes on behind the last line that the
//! former one passed on ([`LogFollower::passed_on`]): what was saved may be far behind
//! that, and what was read twice may be counted twice.
//!
//! Without a place it begins with the first file of a session that is being played:
//! one whose newest file was written in the last ten minutes, or grows. What was
//! written before is nobody's news, and would be told as if it happened now.

mod config;
mod cutting;
mod deciding;
mod follower;
mod health;
mod open_file;
mod wake;

use std::{sync::Arc, time::Duration};

use event_model::{Channel, Clock, Fault, Frame, Moment, Reading, Received};
use game_session::FollowedTo;
use tokio::{
    sync::{mpsc, watch},
    task::spawn_blocking,
    time::{sleep, timeout},
};

use crate::stop::stopped;
pub use config::{FollowConfig, Layout, LogFile};
pub use cutting::LINE_BYTES_MAX;
use cutting::Line;
pub use follower::CATCH_UP_FILES_MAX;
use follower::{Follower, Polled};
pub use health::{FollowCounts, FollowHealth};
use wake::Wake;

/// Between two looks at a folder of which nothing is told: the coarsest clock of the
/// games' logs has seconds, and a look costs a listing.
const POLL_INTERVAL: Duration = Duration::from_secs(1);

/// Between two looks however much is told: a game writes many lines at once, and
/// 20 looks a second are as good as one a line.
const LOOK_INTERVAL_MIN: Duration = Duration::from_millis(50);

/// Reads the files of one game, for as long as it runs.
pub struct LogFollower {
    config: FollowConfig,
    clock: Arc<dyn Clock>,
    health: watch::Sender<FollowHealth>,
    /// When the last line came.
    last_line: Option<Moment>,
    /// Where the last line that was passed on stands, by this one or one before it.
    passed_on: watch::Sender<Option<FollowedTo>>,
}

/// Nobody takes the readings any more.
struct Unheard;

impl LogFollower {
    /// Sets it up; nothing is read yet.
    #[must_use]
    pub fn new(config: FollowConfig, clock: Arc<dyn Clock>) -> Self {
        let health = watch::Sender::new(FollowHealth::NotLooked);
        let passed_on = watch::Sender::new(config.from.clone());
        Self { config, clock, health, last_line: None, passed_on }
    }

    /// The place of the last line that was passed on, now and after it has ended.
    #[must_use]
    pub fn passed_on(&self) -> watch::Receiver<Option<FollowedTo>> {
        self.passed_on.subscribe()
    }

    /// How the reading goes, now and whenever it changes.
    #[must_use]
    pub fn health(&self) -> watch::Receiver<FollowHealth> {
        self.health.subscribe()
    }

    /// Follows until told to stop, or until nobody takes the readings.
    pub async fn run(self, readings: mpsc::Sender<Received>, stop: watch::Receiver<bool>) {
        tokio::select! {
            _ = self.follow(readings) => {}
            () = stopped(stop) => {}
        }
    }

    async fn follow(mut self, readings: mpsc::Sender<Received>) -> Result<(), Unheard> {
        let mut follower = Follower::new(self.config.clone(), self.clock.now().wall);
        let mut wake = Wake::new(self.config.folder.clone(), self.config.layout.nested);
        loop {
            wake.arm();
            let looked = spawn_blocking(move || {
                let polled = follower.poll();
                (follower, polled)
            });
            // It ends by itself, or with a panic whose place is in the log.
            let Ok((returned, polled)) = looked.await else {
                return self.show(&readings, FollowHealth::Stopped).await;
            };
            follower = returned;
            let goes_on = polled.goes_on;
            self.pass_on(&readings, polled).await?;
            if !goes_on {
                sleep(LOOK_INTERVAL_MIN).await;
                // Silence is the other reason to look.
                timeout(POLL_INTERVAL, wake.told()).await.unwrap_or_default();
            }
        }
    }

    /// Waits for room: the file does not go away meanwhile.
    async fn pass_on(
        &mut self,
        readings: &mpsc::Sender<Received>,
        polled: Polled,
    ) -> Result<(), Unheard> {
        for news in polled.news {
            self.send(readings, fault(news)).await?;
        }
        for line in polled.lines {
            self.last_line = Some(self.clock.now());
            let frame = frame(line);
            let place = FollowedTo::of(&frame);
            self.send(readings, Reading::Frame(frame)).await?;
            self.passed_on.send_replace(place);
        }
        let health = FollowHealth::of(polled.standing, polled.counts, self.last_line);
        self.show(readings, health).await
    }

    /// Says how it is, and passes on that nothing is read where that is new.
    async fn show(
        &self,
        readings: &mpsc::Sender<Received>,
        health: FollowHealth,
    ) -> Result<(), Unheard> {
        let is_news = !self.health.borrow().is_like(&health);
        if is_news && !health.is_following() {
            self.send(readings, fault(health.to_string())).await?;
        }
        self.health.send_if_modified(|shown| {
            let changed = *shown != health;
            *shown = health;
            changed
        });
        Ok(())
    }

    async fn send(
        &self,
        readings: &mpsc::Sender<Received>,
        reading: Reading,
    ) -> Result<(), Unheard> {
        let received = Received { source: self.config.source, at: self.clock.now(), reading };
        readings.send(received).await.map_err(|_| Unheard)
    }
}

fn frame(line: Line) -> Frame {
    let mut frame = Frame::new(Channel::File, line.bytes);
    frame.file = Some(line.file);
    frame.offset = Some(line.offset);
    frame
}

fn fault(error: String) -> Reading {
    Reading::Fault(Fault { channel: Channel::File, error })
}
