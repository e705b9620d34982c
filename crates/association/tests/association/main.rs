//! Claims about what association decides.

mod joining;
