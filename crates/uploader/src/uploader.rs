//! The loop: claim, send, conclude; wait.

mod shared_outbox;
mod wait;

use std::{
    future::Future,
    pin::{Pin, pin},
    sync::{Arc, Mutex},
    time::Duration,
};

use delivery::{BatchLimits, BatchSent, BatchSize, Decision, Inquiry, WaitReason, interpret};
use event_model::{Clock, EventId, Moment, OutboxId};
use outbox::{Claimed, Inquired, Outbox, Standing};
use tokio::sync::{Notify, watch};
use tracing::warn;

use crate::{
    Answer, Error, ExtraRoots, HttpTransport, Outgoing, Request, ServerUrl, Token, Transport,
    UploadProgress, UploadState, progress::Shown,
};
use shared_outbox::SharedOutbox;
use wait::Wait;

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
    /// In which words events leave.
    pub outgoing: Arc<dyn Outgoing>,
}

/// Carries the events of one outbox to one server.
pub struct Uploader<T = HttpTransport> {
    transport: T,
    outbox: SharedOutbox,
    clock: Arc<dyn Clock>,
    token: watch::Receiver<Option<Token>>,
    outgoing: Arc<dyn Outgoing>,
    server: String,
    size: BatchSize,
    inquiry: Inquiry,
    /// The file that the server was last asked about.
    asked_for: Option<OutboxId>,
    shown: Shown,
    /// Spreads the waits of a thousand companions.
    random: Random,
    /// A batch that was claimed and is not concluded: put back before the next
    /// one is claimed.
    unreleased: Vec<Claimed>,
    /// Whether to send again what was settled was put off at the last answer.
    puts_off: bool,
}

/// What is done next.
enum Next {
    /// Send what was claimed.
    Send(Vec<Claimed>),
    /// Ask the server who it is.
    Ask,
    /// Nothing, until there is work.
    Rest,
    /// Nothing, until events are due that the server asked for again or refused.
    RestUntilDue(WaitReason, Duration),
}

/// Where chance comes from; `None` where the system has none to give.
type Random = Box<dyn Fn() -> Option<u64> + Send + Sync>;

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
            outbox: SharedOutbox::new(config.outbox),
            clock: config.clock,
            token: config.token,
            outgoing: config.outgoing,
            server: config.server.to_string(),
            size: BatchSize::new(config.limits),
            inquiry: Inquiry::default(),
            asked_for: None,
            shown: Shown::default(),
            random: Box::new(|| getrandom::u64().ok()),
            unreleased: Vec::new(),
            puts_off: false,
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
        self.shown.subscribe()
    }

    /// Works until `stop` is ready. `wake` says that something was appended.
    /// A request under way at the stop is given up, and its events stay queued.
    pub async fn run(mut self, wake: Arc<Notify>, stop: impl Future<Output = ()> + Send) {
        let mut stop = pin!(stop);
        let server = self.server.clone();
        if let Err(error) = self.outbox.with(move |outbox| outbox.set_server(&server)).await {
            // The next write to the outbox notes it.
            warn!(error = &error as &dyn std::error::Error, "Server could not be noted");
        }
        while let Some(wait) = self.step(stop.as_mut()).await {
            tokio::select! {
                () = &mut stop => break,
                () = wait.pass(&wake, &mut self.token) => {}
            }
        }
        self.put_back().await;
        self.shown.state(UploadState::Stopped);
    }

    /// One round; `None` where it was told to stop.
    async fn step(&mut self, stop: Pin<&mut (impl Future<Output = ()> + Send)>) -> Option<Wait> {
        match self.round(stop).await {
            Ok(wait) => wait,
            Err(error) => {
                warn!(error = &error as &dyn std::error::Error, "Outbox cannot be used");
                self.shown.waiting(WaitReason::OutboxFailed, Some(OUTBOX_RETRY));
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
        let request = match next {
            Next::Send(claimed) => {
                self.unreleased = claimed;
                let Some(bodies) = self.bodies(outbox_id).await else {
                    self.release_owed().await?;
                    self.shown.waiting(WaitReason::OutboxFailed, Some(OUTBOX_RETRY));
                    return Ok(Some(Wait::ForOutbox(OUTBOX_RETRY)));
                };
                Request::of(token, outbox_id, &self.unreleased, &bodies)
            }
            Next::Ask => Request::inquiry(token, outbox_id),
            Next::Rest => {
                self.shown.state(UploadState::Idle);
                return Ok(Some(Wait::Work));
            }
            Next::RestUntilDue(reason, wait) => {
                self.shown.waiting(reason, Some(wait));
                return Ok(Some(Wait::Work));
            }
        };
        self.shown.state(UploadState::Sending { events: self.unreleased.len() });
        let answer = tokio::select! {
            () = stop => return Ok(None),
            answer = self.transport.send(request) => answer,
        };
        self.conclude(&answer, outbox_id).await?;
        Ok(Some(Wait::Nothing))
    }

    /// What was claimed, in the words in which it leaves; `None` where that cannot be
    /// said now.
    async fn bodies(&self, outbox: OutboxId) -> Option<Vec<String>> {
        let (outgoing, claimed) = (Arc::clone(&self.outgoing), self.unreleased.clone());
        let written = tokio::task::spawn_blocking(move || outgoing.bodies(outbox, &claimed)).await;
        match written {
            Ok(Ok(bodies)) => Some(bodies),
            Ok(Err(error)) => {
                warn!(%error, "It cannot be said how events leave; they wait");
                None
            }
            Err(_) => None,
        }
    }

    async fn wait_for_token(&mut self) -> Result<Wait, outbox::Error> {
        let now = self.clock.now();
        self.outbox
            .with(move |outbox| {
                if outbox.circuit().reason() == Some(WaitReason::NotEnrolled) {
                    return Ok(());
                }
                outbox.change_circuit(|circuit| circuit.hold(WaitReason::NotEnrolled, now))
            })
            .await?;
        self.shown.waiting(WaitReason::NotEnrolled, None);
        Ok(Wait::Token)
    }

    /// Ends a pause that was for want of this token.
    async fn use_token(&self, first: Use) -> Result<(), outbox::Error> {
        self.outbox
            .with(move |outbox| {
                let unenrolled = outbox.circuit().reason() == Some(WaitReason::NotEnrolled);
                if first == Use::First || unenrolled {
                    outbox.change_circuit(delivery::Circuit::token_changed)?;
                }
                Ok(())
            })
            .await
    }

    async fn wait_for_turn(&mut self) -> Result<Option<Wait>, outbox::Error> {
        let now = self.clock.now();
        let waiting = self.outbox.with(move |outbox| {
            let circuit = outbox.circuit();
            Ok((circuit.wait_ms(now), circuit.reason()))
        });
        Ok(match waiting.await? {
            (ms, Some(reason)) if ms > 0 => {
                let wait = Duration::from_millis(ms);
                self.shown.waiting(reason, Some(wait));
                Some(Wait::For(wait))
            }
            _ => None,
        })
    }

    async fn claim(&mut self) -> Result<(Next, OutboxId), outbox::Error> {
        let (now, limits) = (self.clock.now(), self.size.limits());
        let (is_due, asked_for) = (self.inquiry.is_due(now), self.asked_for);
        self.outbox
            .with(move |outbox| {
                if let Err(error) = outbox.prune(now) {
                    // What is there can be sent all the same, and makes room.
                    warn!(error = &error as &dyn std::error::Error, "Outbox was not pruned");
                }
                let claimed = if outbox.circuit().aside_wait_ms(now) > 0 {
                    outbox.claim_in_line(&limits, now)?
                } else {
                    outbox.claim(&limits, now)?
                };
                // Of a file that took another's place nothing was asked yet.
                let may_ask = is_due || asked_for != Some(outbox.id());
                let next = if !claimed.is_empty() {
                    Next::Send(claimed)
                } else if may_ask && outbox.standing()? != Standing::Nothing {
                    Next::Ask
                } else {
                    rest(outbox, now)?
                };
                Ok((next, outbox.id()))
            })
            .await
    }

    async fn conclude(&mut self, answer: &Answer, asked: OutboxId) -> Result<(), outbox::Error> {
        let now = self.clock.now();
        let random = (self.random)().unwrap_or(now.clock.mono_ms);
        let sent: Vec<EventId> = self.unreleased.iter().map(|event| event.event_id).collect();
        let decision = interpret(&sent, &answer.as_reply(), now.wall);
        let inquired = if self.unreleased.is_empty() {
            self.conclude_inquiry(decision.clone(), asked, now, random).await?
        } else {
            self.conclude_batch(decision.clone(), now, random).await?
        };
        match inquired {
            Inquired::Answered | Inquired::Refused => {
                self.inquiry.answered(now, random);
                self.asked_for = Some(asked);
            }
            Inquired::Unanswered => {}
        }
        // What could not be settled is sent, and counted, again.
        self.shown.count(&decision, sent.len());
        Ok(())
    }

    async fn conclude_inquiry(
        &mut self,
        decision: Decision,
        asked: OutboxId,
        now: Moment,
        random: u64,
    ) -> Result<Inquired, outbox::Error> {
        self.outbox.with(move |outbox| outbox.conclude_inquiry(asked, &decision, now, random)).await
    }

    /// Receipts say who the server is, as an answer to an inquiry does.
    async fn conclude_batch(
        &mut self,
        decision: Decision,
        now: Moment,
        random: u64,
    ) -> Result<Inquired, outbox::Error> {
        self.learn(&decision);
        let answered = match &decision {
            Decision::Settle(_) => Inquired::Answered,
            Decision::Refused { .. } | Decision::Pause(_) | Decision::BackOff { .. } => {
                Inquired::Unanswered
            }
        };
        let claimed = self.unreleased.clone();
        let concluded = self.outbox.with(move |outbox| {
            outbox.conclude(&claimed, &decision, now, random)?;
            Ok(outbox.puts_off_resend().unwrap_or(false))
        });
        let puts_off = concluded.await?;
        if puts_off && !self.puts_off {
            warn!(
                "Each answer names another database: there seem to be several behind the server's \
                 address. What one of them has is sent to the next a few times an hour"
            );
        }
        self.puts_off = puts_off;
        self.unreleased.clear();
        Ok(answered)
    }

    /// What the decision says of the size of batches to come.
    fn learn(&mut self, decision: &Decision) {
        let bytes = self.unreleased.iter().map(|event| event.body.len() + 1).sum();
        let sent = BatchSent { events: self.unreleased.len(), bytes };
        match decision {
            Decision::Settle(_) => self.size.taken(sent),
            Decision::Refused { reason: WaitReason::Status(TOO_LARGE), .. } => {
                self.size.too_large(sent);
            }
            Decision::Refused { .. } | Decision::Pause(_) | Decision::BackOff { .. } => {}
        }
    }

    /// Puts a batch back that could not be concluded: whatever became of it at
    /// the server, it is sent again.
    async fn release_owed(&mut self) -> Result<(), outbox::Error> {
        if self.unreleased.is_empty() {
            return Ok(());
        }
        let owed = self.unreleased.clone();
        self.outbox.with(move |outbox| outbox.release(&owed)).await?;
        self.unreleased.clear();
        Ok(())
    }

    async fn put_back(&mut self) {
        if let Err(error) = self.release_owed().await {
            // The next opening of the file does it.
            warn!(error = &error as &dyn std::error::Error, "Batch could not be put back");
        }
    }
}

/// Nothing is to be sent now. Where something waits that the server asked for
/// again or refused, whoever looks at the outbox sees that; where nothing waits,
/// no pause is shown beside an empty queue.
fn rest(outbox: &mut Outbox, now: Moment) -> Result<Next, outbox::Error> {
    let shown = outbox.circuit().reason();
    let due_in = [outbox.asked_again_in_ms(now), outbox.set_aside_in_ms(now)?];
    let Some(ms) = due_in.into_iter().flatten().min() else {
        if shown.is_some() {
            outbox.change_circuit(delivery::Circuit::retry_now)?;
        }
        return Ok(Next::Rest);
    };
    let reason = shown.unwrap_or(WaitReason::AskedAgain);
    if shown.is_none() {
        outbox.change_circuit(|circuit| circuit.hold(reason, now))?;
    }
    Ok(Next::RestUntilDue(reason, Duration::from_millis(ms)))
}
