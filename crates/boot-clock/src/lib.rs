//! The device's clock: monotonic through sleep, with the epoch it belongs to.
