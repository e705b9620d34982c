//! Whether the overlay's page still answers, and when to load it anew.
//!
//! A page that hangs leaves a picture over the game that nobody can remove. So
//! the page is asked now and then; while it does not answer it is hidden, and it
//! is loaded anew in growing intervals until it does.
//!
//! Milliseconds are of any clock that only goes on. It may count through sleep:
//! a wait that is over long ago is taken for our own absence.

use crate::visibility::Seen;

/// How long after an answer the page is asked again. With the wait for an answer
/// a hanging page is seen for five seconds at most.
pub const ASK_EVERY_MS: u64 = 2_000;

/// How long an answer may take. A page answers within a frame; a PC that loads a
/// map may keep a program from running for a second or two.
pub const ANSWER_WITHIN_MS: u64 = 3_000;

/// How long a page may take from being loaded to its first word. A cold start of
/// a web view on a slow disk takes several seconds.
pub const LOAD_WITHIN_MS: u64 = 15_000;

/// How long a silent page is waited for before it is loaded anew the first time.
pub const RELOAD_GAP_MIN_MS: u64 = 2_000;

/// The gaps double up to this: a page that cannot be mended costs one load a
/// minute, and one that can is back soon after.
pub const RELOAD_GAP_MAX_MS: u64 = 60_000;

/// A page that has answered for so long is mended, and the gaps begin anew: one
/// that hangs again at once is not.
pub const MENDED_AFTER_MS: u64 = 120_000;

/// A wait that ended longer ago than this was not polled in time: the PC slept,
/// or we did. It says nothing about the page.
pub const OVERSLEPT_MS: u64 = 10_000;

/// What a page is asked with and answers with. Wraps around after 4 billion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(transparent)]
pub struct Nonce(u32);

/// Whether the page answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Health {
    /// It answered when it was asked last.
    Healthy,
    /// It does not, or has not yet: a window that was never painted flashes
    /// white.
    Silent,
}

/// What is to be done about the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// Ask it, with this.
    Ask(Nonce),
    /// Load it anew. This tells of its own silence, too.
    Reload,
    /// Ask again in so many milliseconds, or when something has changed.
    InMs(u64),
    /// Ask again when it is wanted.
    Nothing,
}

/// What is known of one page. It begins with the page's being loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watchdog {
    state: State,
    nonce: Nonce,
    /// Since the page was mended last.
    reloads: u32,
    healthy_since_ms: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// It said a word and is not being asked.
    Content { ask_at_ms: u64 },
    /// It is being asked.
    Asked { until_ms: u64 },
    /// It did not answer.
    Silent { reload_at_ms: u64 },
    /// It is being loaded.
    Loading { until_ms: u64 },
}

impl Watchdog {
    /// Of a page that begins to load now.
    #[must_use]
    pub fn new(now_ms: u64) -> Self {
        Self {
            state: State::loading(now_ms),
            nonce: Nonce(0),
            reloads: 0,
            healthy_since_ms: now_ms,
        }
    }

    /// Whether the page answers.
    #[must_use]
    pub fn health(&self) -> Health {
        match self.state {
            State::Content { .. } | State::Asked { .. } => Health::Healthy,
            State::Silent { .. } | State::Loading { .. } => Health::Silent,
        }
    }

    /// What is to be done now. Its [`health`](Self::health) may be another
    /// afterwards. `wanted` is what
    /// [`visibility::wanted`](crate::visibility::wanted) says: a page that nobody
    /// wants to see is not asked, since being asked would wake it.
    pub fn poll(&mut self, now_ms: u64, wanted: Seen) -> Due {
        match wanted {
            Seen::Hidden(_) => {
                self.rest(now_ms);
                Due::Nothing
            }
            Seen::Shown => self.watch(now_ms),
        }
    }

    /// The page answered. An answer that is not the last question's is stale and
    /// changes nothing; one that comes late still tells that the page lives.
    pub fn answered(&mut self, now_ms: u64, nonce: Nonce) {
        if nonce != self.nonce {
            return;
        }
        match self.state {
            State::Asked { .. } => self.state = State::content(now_ms),
            State::Silent { .. } => self.revive(now_ms),
            State::Content { .. } | State::Loading { .. } => {}
        }
    }

    /// The page says its first word after it was loaded, on our account or not.
    pub fn loaded(&mut self, now_ms: u64) {
        self.revive(now_ms);
    }

    fn revive(&mut self, now_ms: u64) {
        self.healthy_since_ms = now_ms;
        self.state = State::content(now_ms);
    }

    /// Takes back a question, and keeps what is known.
    fn rest(&mut self, now_ms: u64) {
        if let State::Asked { .. } = self.state {
            self.state = State::Content { ask_at_ms: now_ms };
        }
    }

    fn watch(&mut self, now_ms: u64) -> Due {
        match self.state {
            State::Content { ask_at_ms } if now_ms >= ask_at_ms => self.ask(now_ms),
            State::Asked { until_ms } if overslept(now_ms, until_ms) => self.ask(now_ms),
            State::Asked { until_ms } if now_ms >= until_ms => self.give_up(now_ms),
            State::Silent { reload_at_ms } if now_ms >= reload_at_ms => self.reload(now_ms),
            State::Loading { until_ms } if overslept(now_ms, until_ms) => {
                self.state = State::loading(now_ms);
                Due::InMs(LOAD_WITHIN_MS)
            }
            State::Loading { until_ms } if now_ms >= until_ms => self.give_up(now_ms),
            State::Content { ask_at_ms: until_ms }
            | State::Asked { until_ms }
            | State::Silent { reload_at_ms: until_ms }
            | State::Loading { until_ms } => Due::InMs(until_ms - now_ms),
        }
    }

    fn ask(&mut self, now_ms: u64) -> Due {
        self.nonce = Nonce(self.nonce.0.wrapping_add(1));
        self.state = State::Asked { until_ms: now_ms.saturating_add(ANSWER_WITHIN_MS) };
        Due::Ask(self.nonce)
    }

    /// The page stays hidden from here on.
    fn give_up(&mut self, now_ms: u64) -> Due {
        let lived_ms = now_ms.saturating_sub(self.healthy_since_ms);
        if self.health() == Health::Healthy && lived_ms >= MENDED_AFTER_MS {
            self.reloads = 0;
        }
        let gap_ms = reload_gap_ms(self.reloads);
        self.state = State::Silent { reload_at_ms: now_ms.saturating_add(gap_ms) };
        Due::InMs(gap_ms)
    }

    fn reload(&mut self, now_ms: u64) -> Due {
        self.reloads = self.reloads.saturating_add(1);
        self.state = State::loading(now_ms);
        Due::Reload
    }
}

impl State {
    fn content(now_ms: u64) -> Self {
        Self::Content { ask_at_ms: now_ms.saturating_add(ASK_EVERY_MS) }
    }

    fn loading(now_ms: u64) -> Self {
        Self::Loading { until_ms: now_ms.saturating_add(LOAD_WITHIN_MS) }
    }
}

fn overslept(now_ms: u64, until_ms: u64) -> bool {
    now_ms >= until_ms.saturating_add(OVERSLEPT_MS)
}

fn reload_gap_ms(reloads: u32) -> u64 {
    let doubled = 1_u64.checked_shl(reloads).unwrap_or(u64::MAX);
    RELOAD_GAP_MIN_MS.saturating_mul(doubled).min(RELOAD_GAP_MAX_MS)
}
