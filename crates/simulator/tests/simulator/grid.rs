//! The measures by hand-made cases, the baselines by what each is known for.

mod baselines;
mod claims;
mod figures;
mod known;
