//! The uploader against servers that answer, fail, lie and vanish.

mod asked_again;
mod enrolling;
mod looping;
mod poison;
mod refusing;
mod silences;
mod sizing;
mod standing;
mod support;
mod trusting;
mod wire;
