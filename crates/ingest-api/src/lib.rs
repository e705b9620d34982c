//! The wire contract between a companion and the ingest server.
