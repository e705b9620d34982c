//! Frames to events: one pure state machine a game.
