//! A device's clocks, and the server's: both stand on the simulation's time.

use std::sync::{
    Mutex,
    atomic::{AtomicU64, Ordering},
};

use event_model::{Clock, ClockEpoch, ClockReading, Moment, WallTime};
use tokio::time::Instant;
use uuid::Uuid;

/// The wall clock when a simulation begins: any day will do.
pub(crate) const BEGIN_UNIX_MS: i64 = 1_795_201_200_000;

/// What the monotonic clock of a PC says when it has just booted.
const BOOTED_MS: u64 = 20_000;

/// A PC's clocks. Within a slice of simulated time they follow the paused clock
/// of the process's runtime.
pub(crate) struct DeviceClock(Mutex<Hands>);

struct Hands {
    device: u64,
    boots: u64,
    booted_at_ms: u64,
    wall_off_ms: i64,
    /// The simulation's time, and the runtime's at that moment.
    slice: Option<(u64, Instant)>,
    now_ms: u64,
}

impl DeviceClock {
    pub(crate) fn new(device: u64) -> Self {
        Self(Mutex::new(Hands {
            device,
            boots: 0,
            booted_at_ms: 0,
            wall_off_ms: 0,
            slice: None,
            now_ms: 0,
        }))
    }

    /// The clocks at `now_ms` of the simulation.
    pub(crate) fn at(&self, now_ms: u64) -> Moment {
        self.0.lock().unwrap().moment(now_ms)
    }

    /// A runtime begins to run at `now_ms`; ended by [`Self::rest`].
    pub(crate) fn run(&self, now_ms: u64) {
        self.0.lock().unwrap().slice = Some((now_ms, Instant::now()));
    }

    pub(crate) fn rest(&self, now_ms: u64) {
        let mut hands = self.0.lock().unwrap();
        hands.slice = None;
        hands.now_ms = now_ms;
    }

    pub(crate) fn reboot(&self, now_ms: u64) {
        let mut hands = self.0.lock().unwrap();
        hands.boots += 1;
        hands.booted_at_ms = now_ms;
    }

    pub(crate) fn step_wall(&self, ms: i64) {
        self.0.lock().unwrap().wall_off_ms += ms;
    }

    /// The simulation's time, as the code under test would see it now.
    pub(crate) fn simulated_ms(&self) -> u64 {
        self.0.lock().unwrap().simulated_ms()
    }
}

impl Hands {
    fn simulated_ms(&self) -> u64 {
        match self.slice {
            Some((began_ms, began)) => began_ms + whole_ms(began.elapsed()),
            None => self.now_ms,
        }
    }

    fn moment(&self, now_ms: u64) -> Moment {
        let epoch = ClockEpoch(Uuid::from_u128(
            (u128::from(self.device) << 64) | u128::from(self.boots + 1),
        ));
        let mono_ms = BOOTED_MS + now_ms.saturating_sub(self.booted_at_ms);
        let wall = true_time(now_ms).plus_ms(self.wall_off_ms);
        Moment { clock: ClockReading { epoch, mono_ms }, wall }
    }
}

impl Clock for DeviceClock {
    fn now(&self) -> Moment {
        let hands = self.0.lock().unwrap();
        hands.moment(hands.simulated_ms())
    }
}

/// The server's clock is right, and moved by hand.
#[derive(Default)]
pub(crate) struct ServerClock(AtomicU64);

impl ServerClock {
    pub(crate) fn advance_to(&self, now_ms: u64) {
        self.0.fetch_max(now_ms, Ordering::SeqCst);
    }
}

impl Clock for ServerClock {
    fn now(&self) -> Moment {
        let now_ms = self.0.load(Ordering::SeqCst);
        let epoch = ClockEpoch(Uuid::from_u128(u128::MAX));
        Moment { clock: ClockReading { epoch, mono_ms: now_ms }, wall: true_time(now_ms) }
    }
}

/// What a right wall clock says.
pub(crate) fn true_time(now_ms: u64) -> WallTime {
    WallTime::from_unix_ms(BEGIN_UNIX_MS).plus_ms(i64::try_from(now_ms).unwrap())
}

fn whole_ms(duration: std::time::Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap()
}
