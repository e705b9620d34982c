//! The recording format: write, read, import, verify.
//!
//! A recording (`*.rsrec`) is the tester's unit of work: the frames of one
//! source as they came, one JSON line each, optionally compressed with zstd.
//! Line 1 is the [`Header`], line 2 may be the session's state where the
//! recording began in mid-session, every further line is an [`Entry`].
//!
//! [`RecordingWriter`] writes one while capturing, [`Recording::open`] reads
//! it, and [`import()`] reads any file that can become one as if it were one.
//! Nothing here interprets a frame beyond its time.
//!
//! # Invariants
//!
//! - Secrets are cut before the first write, always.
//! - While it is written, a recording is `<name>.part`; every whole line of
//!   that prefix can be read after a crash.
//! - Whatever is read is read in bounded memory; no input panics.
//! - The [`RecordingHash`] of a file is that of the recording it would become.

mod bounds;
mod convert;
mod cut;
mod entry;
mod error;
mod format;
mod hash;
mod header;
mod import;
mod info;
mod input;
mod lines;
mod recording;
mod redact;
mod verify;
mod writer;

pub use bounds::{LINE_BYTES_MAX, RECORDING_BYTES_MAX};
pub use cut::{At, Merged, NoPlace, NoTime, Trimmed, merge, read_time};
pub use entry::{Entry, Item};
pub use error::{Error, Reason};
pub use format::{Format, UnknownFormat};
pub use hash::RecordingHash;
pub use header::{FORMAT_VERSION, Header, Redaction};
pub use import::{IMPORT_APP, IMPORT_END, import};
pub use info::{Info, info};
pub use recording::{Entries, Recording, Truncation};
pub use redact::{Redacted, key_of};
pub use verify::{Counts, Problem, Verification, verify};
pub use writer::{Compression, PART_SUFFIX, RecordingWriter};
