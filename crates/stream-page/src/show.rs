//! What an audience is shown, and those who look: the same behind every listener.

use std::{
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use live_view::{Attention, Due, LiveUpdate, LiveView, Watcher};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, watch},
    time::Instant,
};

use crate::{
    Audience, Error, PageLook, READERS_MAX, StreamLook, StreamSurface,
    audience::{Salt, for_audience},
    delay_line::DelayLine,
};

/// What a listener shares with its readers.
pub(crate) struct Show {
    began: Instant,
    /// Of this run alone: the ids that are sent tell lines apart and nothing else.
    salt: Salt,
    surface: StreamSurface,
    stage: Mutex<Stage>,
    /// Says that there is more to show, or will be.
    changed: watch::Sender<()>,
    /// Ends every reader.
    ended: watch::Sender<()>,
    readers: Arc<Semaphore>,
}

/// What an audience sees, and what is kept back.
struct Stage {
    audience: Audience,
    look: StreamLook,
    line: DelayLine,
    view: LiveView,
}

/// What is to be done for a reader.
pub(crate) enum Turn {
    /// It is told how the page looks.
    Look(PageLook),
    /// It is told this.
    Tell(Box<LiveUpdate>),
    /// Something may be due then; earlier only where something changes.
    Wait(Option<Duration>),
}

/// What one reader was told so far.
#[derive(Default)]
pub(crate) struct Told {
    watcher: Watcher,
    look: Option<StreamLook>,
}

/// What a reader hears of, beside what it is told.
pub(crate) struct Bells {
    pub(crate) changed: watch::Receiver<()>,
    pub(crate) ended: watch::Receiver<()>,
}

impl Show {
    /// Nothing is shown yet.
    ///
    /// # Errors
    /// Where the system gives no random bytes.
    pub(crate) fn new(
        surface: StreamSurface,
        audience: Audience,
        look: StreamLook,
    ) -> Result<Self, Error> {
        let (line, view, salt) = (DelayLine::default(), LiveView::default(), Salt::generate()?);
        Ok(Self {
            began: Instant::now(),
            salt,
            surface,
            stage: Mutex::new(Stage { audience, look, line, view }),
            changed: watch::Sender::new(()),
            ended: watch::Sender::new(()),
            readers: Arc::new(Semaphore::new(READERS_MAX)),
        })
    }

    /// Takes what the overlay is told. What is to be forgotten is so without delay.
    pub(crate) fn tell(&self, update: LiveUpdate) {
        let now_ms = self.now_ms();
        let mut stage = self.stage();
        if update.forget {
            stage.view.forget();
        }
        stage.line.push(now_ms, update);
        stage.show_what_is_due(now_ms);
        drop(stage);
        self.changed.send_replace(());
    }

    /// What the audience may see from now on. Readers end, and begin anew without
    /// what they may see no longer.
    pub(crate) fn set_audience(&self, audience: Audience) {
        self.stage().audience = audience;
        self.end_readers();
    }

    /// How the page looks from now on.
    pub(crate) fn set_look(&self, look: StreamLook) {
        self.stage().look = look;
        self.changed.send_replace(());
    }

    /// How the page looks.
    pub(crate) fn look(&self) -> StreamLook {
        self.stage().look
    }

    /// Ends who reads now.
    pub(crate) fn end_readers(&self) {
        self.ended.send_replace(());
    }

    /// What a reader who begins here hears of.
    pub(crate) fn bells(&self) -> Bells {
        Bells { changed: self.changed.subscribe(), ended: self.ended.subscribe() }
    }

    /// A place for one more reader, where there is one.
    pub(crate) fn place(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.readers).try_acquire_owned().ok()
    }

    /// What a reader is to be told at this moment.
    pub(crate) fn turn(&self, told: &mut Told) -> Turn {
        let now_ms = self.now_ms();
        let mut stage = self.stage();
        if told.look != Some(stage.look) {
            told.look = Some(stage.look);
            return Turn::Look(stage.look.on(self.surface));
        }
        stage.show_what_is_due(now_ms);
        match told.watcher.poll(now_ms, Attention::Shown, &stage.view) {
            Due::Tell(update) => {
                Turn::Tell(Box::new(for_audience(*update, stage.audience.names, &self.salt)))
            }
            Due::InMs(ms) => Turn::Wait(Some(Duration::from_millis(ms))),
            Due::Nothing => {
                let next = stage.line.next_in_ms(now_ms, stage.audience.delay);
                Turn::Wait(next.map(Duration::from_millis))
            }
        }
    }

    /// Milliseconds since it began; they only go on.
    pub(crate) fn now_ms(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    fn stage(&self) -> MutexGuard<'_, Stage> {
        self.stage.lock().expect("no holder of this lock panics")
    }
}

impl Stage {
    fn show_what_is_due(&mut self, now_ms: u64) {
        while let Some(update) = self.line.pop(now_ms, self.audience.delay) {
            self.view.apply(update);
        }
    }
}
