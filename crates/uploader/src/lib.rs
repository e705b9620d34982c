//! Carries batches to the ingest server as delivery says.
