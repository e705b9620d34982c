//! How far what was solved can be believed.

mod conduct;
mod expected;
mod liars;
mod once;
mod quorum;
