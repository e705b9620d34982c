//! A match told from its events: summary, timeline, recap, chapters. Pure.
