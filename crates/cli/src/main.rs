//! Binary `ringside`.

fn main() {}
