//! The loop: claim, send, conclude; wait.

use std::{
    future::Future,
    pin::{Pin, pin},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use delivery::{BatchLimits, BatchSent, BatchSize, Decision, Inquiry, WaitReason, interpret};
use event_model::{Clock, EventId, Moment, OutboxId};
use outbox::{Claimed, Outbox, Standing};
use tokio::sync::{Notify, watch};
use tracing::{debug, warn};

use crate::{
    Answer, Error, ExtraRoots, HttpTransport, Request, ServerUrl, Token, Transport, UploadProgress,
    UploadState,
};

/// An idle uploader looks into the outbox this often: another process may have
/// put events back, and a person sees within a second what they asked for. The
/// look reads one number.
const IDLE_LOOK: Duration = Duration::from_secs(1);
/// A longer wait is slept in pieces, since a timer may stand still while the
/// PC sleeps and the device's clock does not.
const SLEEP_PIECE: Duration = Duration::from_secs(5);
/// HTTP's word for a request that has more than is taken.
const TOO_LARGE: u16 = 413;
/// Between two tries while the outbox cannot be read or written.
const OUTBOX_RETRY: Duration = Duration::from_secs(5);

/// What an uploader works with.
pub struct Config {
    /// Where to.
    pub server: ServerUrl,
    /// Trusted in the stead of the system's roots, where there are any.
    pub extra_roots: ExtraRoots,
    /// Where from.
    pub outbox: Arc<Mutex<Outbox>>,
    /// The device's clock.
    pub clock: Arc<dyn Clock>,
    /// The device's token; none until it is enrolled.
    pub token: watch::Receiver<Option<Token>>,
    /// How much goes into one request.
    pub limits: BatchLimits,
}

/// Carries the events of one outbox to one server.
pub struct Uploader<T = HttpTransport> {
    transport: T,
    outbox: Arc<Mutex<Outbox>>,
    clock: Arc<dyn Clock>,
    token: watch::Receiver<Option<Token>>,
    server: String,
    size: BatchSize,
    inquiry: Inquiry,
    progress: watch::Sender<UploadProgress>,
    /// Spreads the waits of a thousand companions.
    random: Random,
    /// A batch that is over and could not be put back yet.
    unreleased: Vec<Claimed>,
}

/// What is done next.
enum Next {
    /// Send what was claimed.
    Send(Vec<Claimed>),
    /// Ask the server who it is.
    Ask,
    /// Nothing.
    Rest,
}

/// Where chance comes from; `None` where the system has none to give.
type Random = Box<dyn Fn() -> Option<u64> + Send + Sync>;

/// What must come before the next step.
enum Wait {
    Nothing,
    Work,
    Token,
    For(Duration),
    /// Whatever else changes meanwhile: a round that ended before it looked at
    /// the token would else begin again at once, for as long as the disk is full.
    ForOutbox(Duration),
}

/// Whether a token was tried before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Use {
    First,
    Again,
}

impl Uploader {
    /// An uploader over HTTP.
    ///
    /// # Errors
    /// Where TLS cannot be set up.
    pub fn new(config: Config) -> Result<Self, Error> {
        let clock = Arc::clone(&config.clock);
        let transport = HttpTransport::new(&config.server, &config.extra_roots, clock)?;
        Ok(Self::over(transport, config))
    }
}

impl<T: Transport> Uploader<T> {
    /// An uploader over another transport.
    pub fn over(transport: T, config: Config) -> Self {
        Self {
            transport,
            outbox: config.outbox,
            clock: config.clock,
            token: config.token,
            server: config.server.to_string(),
            size: BatchSize::new(config.limits),
            inquiry: Inquiry::default(),
            progress: watch::Sender::new(UploadProgress::default()),
            random: Box::new(|| getrandom::u64().ok()),
            unreleased: Vec::new(),
        }
    }

    /// Other chance than the system's: a simulation must come out the same
    /// every time.
    #[must_use]
    pub fn with_random(mut self, random: impl Fn() -> Option<u64> + Send + Sync + 'static) -> Self {
        self.random = Box::new(random);
        self
    }

    /// What it is doing, as it changes.
    pub fn progress(&self) -> watch::Receiver<UploadProgress> {
        self.progress.subscribe()
    }

    /// Works until `stop` is ready. `wake` says that something was appended.
    /// A request under way at the stop is given up, and its events stay queued.
    pub async fn run(mut self, wake: Arc<Notify>, stop: impl Future<Output = ()> + Send) {
        let mut stop = pin!(stop);
        let server = self.server.clone();
        if let Err(error) = self.with_outbox(move |outbox| outbox.set_server(&server)).await {
            // Then the circuit of before stands: at worst the first request waits.
            warn!(error = &error as &dyn std::error::Error, "Server could not be noted");
        }
        while let Some(wait) = self.step(stop.as_mut()).await {
            tokio::select! {
                () = &mut stop => break,
                () = self.pass(wait, &wake) => {}
            }
        }
        self.put_back().await;
        self.show(UploadState::Stopped);
    }

    /// One round; `None` where it was told to stop.
    async fn step(&mut self, stop: Pin<&mut (impl Future<Output = ()> + Send)>) -> Option<Wait> {
        match self.round(stop).await {
            Ok(wait) => wait,
            Err(error) => {
                warn!(error = &error as &dyn std::error::Error, "Outbox cannot be used");
                let reason = WaitReason::OutboxFailed;
                self.show_waiting(reason, Some(OUTBOX_RETRY));
                Some(Wait::ForOutbox(OUTBOX_RETRY))
            }
        }
    }

    async fn round(
        &mut self,
        stop: Pin<&mut (impl Future<Output = ()> + Send)>,
    ) -> Result<Option<Wait>, outbox::Error> {
        self.release_owed().await?;
        let changed = self.token.has_changed().unwrap_or(false);
        let Some(token) = self.token.borrow_and_update().clone() else {
            return self.wait_for_token().await.map(Some);
        };
        self.use_token(if changed { Use::First } else { Use::Again }).await?;
        if let Some(wait) = self.wait_for_turn().await? {
            return Ok(Some(wait));
        }
        let (next, outbox_id) = self.claim().await?;
        let (claimed, request) = match next {
            Next::Rest => {
                self.show(UploadState::Idle);
                return Ok(Some(Wait::Work));
            }
            Next::Ask => (Vec::new(), Request::inquiry(token, outbox_id)),
            Next::Send(claimed) => {
                let request = Request::of(token, outbox_id, &claimed);
                (claimed, request)
            }
        };
        self.show(UploadState::Sending { events: claimed.len() });
        self.unreleased = claimed;
        let answer = tokio::select! {
            () = stop => return Ok(None),
            answer = self.transport.send(request) => answer,
        };
        self.conclude(&answer).await?;
        Ok(Some(Wait::Nothing))
    }

    async fn wait_for_token(&mut self) -> Result<Wait, outbox::Error> {
        let now = self.clock.now();
        self.with_outbox(move |outbox| {
            if outbox.circuit().reason() == Some(WaitReason::NotEnrolled) {
                return Ok(());
            }
            outbox.change_circuit(|circuit| circuit.hold(WaitReason::NotEnrolled, now))
        })
        .await?;
        self.show_waiting(WaitReason::NotEnrolled, None);
        Ok(Wait::Token)
    }

    /// Ends a pause that was for want of this token.
    async fn use_token(&self, first: Use) -> Result<(), outbox::Error> {
        self.with_outbox(move |outbox| {
            let enrolled = outbox.circuit().reason() == Some(WaitReason::NotEnrolled);
            if first == Use::First || enrolled {
                outbox.change_circuit(delivery::Circuit::token_changed)?;
            }
            Ok(())
        })
        .await
    }

    async fn wait_for_turn(&mut self) -> Result<Option<Wait>, outbox::Error> {
        let now = self.clock.now();
        let (ms, reason) = self
            .with_outbox(move |outbox| {
                let circuit = outbox.circuit();
                Ok((circuit.wait_ms(now), circuit.reason()))
            })
            .await?;
        Ok(match reason {
            Some(reason) if ms > 0 => {
                let wait = Duration::from_millis(ms);
                self.show_waiting(reason, Some(wait));
                Some(Wait::For(wait))
            }
            Some(_) | None => None,
        })
    }

    async fn claim(&mut self) -> Result<(Next, OutboxId), outbox::Error> {
        let (now, limits) = (self.clock.now(), self.size.limits());
        let may_ask = self.inquiry.is_due(now);
        self.with_outbox(move |outbox| {
            if let Err(error) = outbox.prune(now) {
                // What is there can be sent all the same, and makes room.
                warn!(error = &error as &dyn std::error::Error, "Outbox was not pruned");
            }
            let claimed = outbox.claim(&limits, now)?;
            let next = if !claimed.is_empty() {
                Next::Send(claimed)
            } else if may_ask && outbox.standing()? != Standing::Nothing {
                Next::Ask
            } else {
                Next::Rest
            };
            Ok((next, outbox.id()))
        })
        .await
    }

    async fn conclude(&mut self, answer: &Answer) -> Result<(), outbox::Error> {
        let now = self.clock.now();
        let claimed = self.unreleased.clone();
        let sent: Vec<EventId> = claimed.iter().map(|event| event.event_id).collect();
        let decision = interpret(&sent, &answer.as_reply(), now.wall);
        let random = (self.random)().unwrap_or(now.clock.mono_ms);
        self.learn(&decision, now, random);
        let decision = self
            .with_outbox(move |outbox| {
                outbox.conclude(&claimed, &decision, now, random)?;
                Ok(decision)
            })
            .await?;
        self.unreleased.clear();
        // What could not be settled is sent, and counted, again.
        self.count(&decision, sent.len());
        Ok(())
    }

    /// What the decision says of requests to come.
    fn learn(&mut self, decision: &Decision, now: Moment, random: u64) {
        let bytes = self.unreleased.iter().map(|event| event.body.len() + 1).sum();
        let sent = BatchSent { events: self.unreleased.len(), bytes };
        match decision {
            Decision::Settle(_) => {
                self.inquiry.answered(now, random);
                self.size.taken(sent);
            }
            Decision::Refused(WaitReason::Status(TOO_LARGE)) => self.size.too_large(sent),
            Decision::Refused(_) | Decision::Pause(_) | Decision::BackOff { .. } => {}
        }
    }

    fn count(&self, decision: &Decision, events: usize) {
        let reason = match decision {
            Decision::Settle(settlements) => {
                let tally = settlements.tally();
                debug!(
                    events,
                    stored = tally.stored,
                    duplicates = tally.duplicates,
                    "Batch settled"
                );
                return self.progress.send_modify(|progress| {
                    progress.requests += 1;
                    progress.count(tally);
                });
            }
            Decision::Pause(reason)
            | Decision::BackOff { reason, .. }
            | Decision::Refused(reason) => reason,
        };
        debug!(events, %reason, "Batch kept");
        self.progress.send_modify(|progress| {
            progress.requests += 1;
            progress.failed_requests += 1;
        });
    }

    /// Puts a batch back that could not be concluded: whatever became of it at
    /// the server, it is sent again.
    async fn release_owed(&mut self) -> Result<(), outbox::Error> {
        if self.unreleased.is_empty() {
            return Ok(());
        }
        let owed = self.unreleased.clone();
        self.with_outbox(move |outbox| outbox.release(&owed)).await?;
        self.unreleased.clear();
        Ok(())
    }

    async fn put_back(&mut self) {
        if let Err(error) = self.release_owed().await {
            // The next opening of the file does it.
            warn!(error = &error as &dyn std::error::Error, "Batch could not be put back");
        }
    }

    async fn pass(&mut self, wait: Wait, wake: &Notify) {
        match wait {
            Wait::Nothing => {}
            Wait::Work => {
                tokio::select! {
                    () = wake.notified() => {}
                    () = tokio::time::sleep(IDLE_LOOK) => {}
                }
            }
            Wait::ForOutbox(wait) => tokio::time::sleep(wait).await,
            Wait::Token => self.new_token().await,
            Wait::For(wait) => {
                tokio::select! {
                    () = self.new_token() => {}
                    () = tokio::time::sleep(wait.min(SLEEP_PIECE)) => {}
                }
            }
        }
    }

    /// Ready when the token is another one; the next round takes it.
    async fn new_token(&mut self) {
        match self.token.changed().await {
            Ok(()) => self.token.mark_changed(),
            // Nobody is left to bring one.
            Err(_) => std::future::pending().await,
        }
    }

    /// Works on the outbox where it may block.
    async fn with_outbox<R: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Outbox) -> Result<R, outbox::Error> + Send + 'static,
    ) -> Result<R, outbox::Error> {
        let outbox = Arc::clone(&self.outbox);
        let done = tokio::task::spawn_blocking(move || {
            // A panic elsewhere undid its transaction: the outbox is whole.
            work(&mut outbox.lock().unwrap_or_else(PoisonError::into_inner))
        });
        match done.await {
            Ok(result) => result,
            Err(error) => match error.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                // The runtime is shutting down, and this task with it.
                Err(_) => std::future::pending().await,
            },
        }
    }

    fn show_waiting(&self, reason: WaitReason, wait: Option<Duration>) {
        let next_attempt_in_ms =
            wait.map(|wait| u64::try_from(wait.as_millis()).unwrap_or(u64::MAX));
        self.show(UploadState::Waiting { reason, next_attempt_in_ms });
    }

    fn show(&self, state: UploadState) {
        self.progress.send_if_modified(|progress| {
            let changed = progress.state != state;
            progress.state = state;
            changed
        });
    }
}
