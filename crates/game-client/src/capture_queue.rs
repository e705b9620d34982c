//! The bound of the queue between the readers and whoever takes their frames.

/// How many readings may wait to be taken, whichever reader they came from.
///
/// Counter-Strike posts ten a second at most (its throttle, see
/// [`cs2::config_file`](crate::cs2::config_file)) and League is asked once a
/// second, so this is six seconds of both: longer than one slow fsync, short
/// enough to stay within a few megabytes (League's largest document seen is
/// 90 KiB, Counter-Strike's 30 KiB).
pub const CAPTURE_QUEUE_FRAMES: usize = 64;
