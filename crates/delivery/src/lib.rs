//! What leaves the outbox, when, and what a reply means.
