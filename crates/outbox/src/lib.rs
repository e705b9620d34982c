//! The durable queue in SQLite: append, claim, settle, prune.
