//! What the system tests and the demo share: real programs of ours, started and
//! stopped, and what a server can be asked.
//!
//! Nothing here knows a crate of the client or of the server: they meet on the
//! wire, and are looked at through their own command lines and reads.

mod companion;
mod device;
mod goldens;
mod program;
mod recordings;
mod scratch;
mod server;
mod simulator;
mod truth;

pub use companion::{LiveCompanion, send_real_names};
pub use device::{Device, Replayed, events_in};
pub use goldens::{GOLDEN_GAMES, Golden, goldens, goldens_folder};
pub use program::{Program, READY_TIMEOUT, binary, retry, workspace_root};
pub use recordings::{Recordings, shared_recordings};
pub use scratch::scratch;
pub use server::{ENROLMENT_KEY, Server, Verdicts};
pub use simulator::{LogGame, Simulator, free_port};
pub use truth::{Comparison, compare};
