//! The recording format: write, read, import, verify.
