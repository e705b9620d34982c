//! Binary `ringside-desktop`.

fn main() {}
