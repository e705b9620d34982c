//! What is played when: a script, and the pace it is played at.

use anyhow::Result;
use event_model::Reading;
use tokio::{
    sync::mpsc,
    time::{Duration, sleep},
};

use crate::{Pace, StageClock};

/// Before the first frame a recording may show for hours that no game runs:
/// of each such time no more is played than shows it.
const LEAD_MS_MAX: u64 = 3_000;

/// A reading, and when the script has it.
#[derive(Debug, Clone, PartialEq)]
pub struct Cue {
    /// Milliseconds, from any beginning; never falls.
    pub at_ms: u64,
    /// What is shown then.
    pub reading: Reading,
}

/// Cues in their order, read as they are asked for.
pub type Script = Box<dyn Iterator<Item = Result<Cue>> + Send>;

/// How fast a script is played.
pub enum Tempo {
    /// By its own times, at a pace.
    Clocked(Pace),
    /// Each cue as soon as the protocol and whoever listens take it.
    Max,
    /// Each cue when it is asked for; the script ends where nobody asks any more.
    Stepped(mpsc::Receiver<()>),
}

/// What was played.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Played {
    /// Frames that were shown.
    pub frames: u64,
    /// Frames that the listener did not take.
    pub refused: u64,
    /// Failures that were shown as such.
    pub faults: u64,
}

/// Gives each cue when it is due.
pub struct Conductor {
    script: Script,
    tempo: Tempo,
    ahead: Option<Cue>,
    clock: Option<StageClock>,
    /// Of the script's time, what lies before the clock's beginning or was skipped.
    skipped_ms: u64,
    last: Option<Last>,
}

/// The cue before.
#[derive(Debug, Clone, Copy)]
struct Last {
    at_ms: u64,
    lead: bool,
}

impl Conductor {
    /// Begins with the first cue that is asked for.
    #[must_use]
    pub fn new(script: Script, tempo: Tempo) -> Self {
        Self { script, tempo, ahead: None, clock: None, skipped_ms: 0, last: None }
    }

    /// The next cue, when it is due; `None` at the end.
    ///
    /// # Errors
    /// Where the script cannot be read on.
    pub async fn next(&mut self) -> Result<Option<Cue>> {
        let Some(cue) = self.take()? else { return Ok(None) };
        let lead = self.is_lead(&cue);
        self.skip_lead(&cue);
        self.last = Some(Last { at_ms: cue.at_ms, lead });
        let due_ms = cue.at_ms.saturating_sub(self.skipped_ms);
        match &mut self.tempo {
            Tempo::Max => {}
            Tempo::Stepped(steps) => {
                if steps.recv().await.is_none() {
                    return Ok(None);
                }
            }
            Tempo::Clocked(pace) => {
                let clock = self.clock.get_or_insert_with(|| pace.begin());
                if due_ms > clock.ms() {
                    sleep(clock.until(due_ms)).await;
                }
            }
        }
        Ok(Some(cue))
    }

    /// The cue that [`next`](Self::next) will give.
    ///
    /// # Errors
    /// Where the script cannot be read on.
    pub fn peek(&mut self) -> Result<Option<&Cue>> {
        if self.ahead.is_none() {
            self.ahead = self.script.next().transpose()?;
        }
        Ok(self.ahead.as_ref())
    }

    /// The time of the last cue is now: somebody was waited for.
    pub fn begin_here(&mut self) {
        if let (Tempo::Clocked(pace), Some(last)) = (&self.tempo, self.last) {
            self.clock = Some(pace.begin());
            self.skipped_ms = last.at_ms;
        }
    }

    /// Whether a cue stays until whoever listens has had it.
    #[must_use]
    pub fn waits_for_the_listener(&self) -> bool {
        match self.tempo {
            Tempo::Max => true,
            Tempo::Clocked(_) | Tempo::Stepped(_) => false,
        }
    }

    /// Whether it has been shown for long enough by its time alone.
    #[must_use]
    pub fn is_stepped(&self) -> bool {
        matches!(self.tempo, Tempo::Stepped(_))
    }

    /// How long a pause of the game's own is: a faster game makes shorter ones.
    #[must_use]
    pub fn pause(&self, ms: u64) -> Duration {
        match &self.tempo {
            Tempo::Clocked(pace) => pace.shortened(ms),
            Tempo::Max => Duration::from_millis(ms),
            Tempo::Stepped(_) => Duration::ZERO,
        }
    }

    /// Milliseconds of the script between the last cue and the next one.
    ///
    /// # Errors
    /// Where the script cannot be read on.
    pub fn gap_ms(&mut self) -> Result<Option<u64>> {
        let Some(last) = self.last else { return Ok(None) };
        Ok(self.peek()?.map(|cue| cue.at_ms.saturating_sub(last.at_ms)))
    }

    fn take(&mut self) -> Result<Option<Cue>> {
        match self.ahead.take() {
            Some(cue) => Ok(Some(cue)),
            None => self.script.next().transpose(),
        }
    }

    fn is_lead(&self, cue: &Cue) -> bool {
        let still = self.last.is_none_or(|last| last.lead);
        still && matches!(cue.reading, Reading::Fault(_))
    }

    fn skip_lead(&mut self, cue: &Cue) {
        match self.last {
            None => self.skipped_ms = cue.at_ms,
            Some(Last { at_ms, lead: true }) => {
                let gap_ms = cue.at_ms.saturating_sub(at_ms);
                self.skipped_ms += gap_ms.saturating_sub(LEAD_MS_MAX);
            }
            Some(Last { lead: false, .. }) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    };

    use event_model::{Channel, Clock, ClockEpoch, ClockReading, Fault, Frame, Moment, WallTime};

    use super::*;
    use crate::Speed;

    fn frame(at_ms: u64) -> Cue {
        Cue { at_ms, reading: Reading::Frame(Frame::new(Channel::Tcp, "{}")) }
    }

    fn fault(at_ms: u64) -> Cue {
        let fault = Fault { channel: Channel::Tcp, error: "gone".to_owned() };
        Cue { at_ms, reading: Reading::Fault(fault) }
    }

    fn conductor(cues: Vec<Cue>, tempo: Tempo) -> Conductor {
        Conductor::new(Box::new(cues.into_iter().map(Ok)), tempo)
    }

    /// A clock that a test moves.
    struct Hand(AtomicU64);

    impl Clock for Hand {
        fn now(&self) -> Moment {
            let mono_ms = self.0.load(Ordering::Relaxed);
            let epoch = ClockEpoch(Default::default());
            Moment { clock: ClockReading { epoch, mono_ms }, wall: WallTime::from_unix_ms(0) }
        }
    }

    #[tokio::test]
    async fn at_the_highest_tempo_nothing_is_waited_for() {
        let mut conductor = conductor(vec![frame(0), frame(9_999_999)], Tempo::Max);
        assert_eq!(conductor.next().await.unwrap(), Some(frame(0)));
        assert_eq!(conductor.gap_ms().unwrap(), Some(9_999_999));
        assert_eq!(conductor.next().await.unwrap(), Some(frame(9_999_999)));
        assert_eq!(conductor.next().await.unwrap(), None);
    }

    #[tokio::test]
    async fn a_step_plays_one_cue_and_the_end_of_steps_ends_the_script() {
        let (steps, stepped) = mpsc::channel(1);
        let mut conductor = conductor(vec![frame(0), frame(1)], Tempo::Stepped(stepped));
        steps.send(()).await.unwrap();
        assert_eq!(conductor.next().await.unwrap(), Some(frame(0)));
        drop(steps);
        assert_eq!(conductor.next().await.unwrap(), None);
    }

    #[tokio::test]
    async fn hours_before_the_first_frame_are_not_waited_for_and_what_follows_keeps_its_time() {
        let clock = Arc::new(Hand(AtomicU64::new(0)));
        let pace = Pace::new(Arc::clone(&clock) as Arc<dyn Clock>, Speed::REAL_TIME);
        let hour_ms = 3_600_000;
        let cues = vec![fault(50), fault(hour_ms), frame(2 * hour_ms), frame(2 * hour_ms + 70)];
        let mut conductor = conductor(cues, Tempo::Clocked(pace));
        let mut due_ms = Vec::new();
        for now_ms in [0, LEAD_MS_MAX, 2 * LEAD_MS_MAX, 2 * LEAD_MS_MAX + 70] {
            // At that instant the cue is due, so that nothing is slept for.
            clock.0.store(now_ms, Ordering::Relaxed);
            let cue = conductor.next().await.unwrap().unwrap();
            due_ms.push(cue.at_ms - conductor.skipped_ms);
        }
        assert_eq!(due_ms, [0, LEAD_MS_MAX, 2 * LEAD_MS_MAX, 2 * LEAD_MS_MAX + 70]);
    }
}
