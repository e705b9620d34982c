//! Events to occurrences.
