//! Where the overlay stands, when it is seen, and what may interrupt a match. Pure.
