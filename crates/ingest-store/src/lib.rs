//! The ingest server's tables.
