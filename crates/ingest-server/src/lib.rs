//! The ingest server: HTTP in, receipts out, reads.
