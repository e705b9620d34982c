//! Finds running games and reads their local APIs.
