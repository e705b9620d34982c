//! A seeded match with its truth, played on the games' own local protocols.
