//! A system whose windows nobody here knows how to ask for.

use crate::{Compositing, games::Game, scene::Scene};

#[derive(Debug, Default)]
pub(crate) struct System;

impl System {
    #[expect(clippy::unused_self, reason = "the other systems keep what they ask with")]
    pub(crate) fn scene(&mut self, _game: &Game) -> Option<Scene> {
        None
    }
}

pub(crate) fn watch_compositing(_told: impl FnMut(Compositing)) {}

pub(crate) fn has_screen() -> bool {
    true
}

pub(crate) fn say_without_a_window(_title: &str, _sentence: &str) {}
