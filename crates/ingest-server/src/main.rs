//! Binary `ringside-ingest`.

fn main() {}
