//! The uploader against servers that answer, fail, lie and vanish.

mod enrolling;
mod looping;
mod refusing;
mod support;
mod trusting;
mod wire;
