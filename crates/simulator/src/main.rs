//! Binary `ringside-sim`.

fn main() {}
