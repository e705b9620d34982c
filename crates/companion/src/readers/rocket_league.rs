//! Rocket League: its Stats API is read while the game serves it.

use game_client::{
    RocketLeagueConfig, RocketLeagueHealth, RocketLeagueReader, rocket_league::RocketLeagueStage,
};
use live_view::SourceState;

use super::{Now, Started, With};

pub(super) fn start(with: &With<'_>) -> Started {
    let config = RocketLeagueConfig { port: with.settings.rocket_league.port };
    let reader = RocketLeagueReader::new(&config, with.clock());
    let health = reader.health();
    with.spawn(move || now(&health.borrow()), |readings, stop| reader.run(readings, stop))
}

fn now(health: &RocketLeagueHealth) -> Now {
    Now { frames_dropped: health.dropped + health.oversized, ..Now::at(state(&health.stage)) }
}

fn state(stage: &RocketLeagueStage) -> SourceState {
    match stage {
        RocketLeagueStage::NotAsked => SourceState::NotAsked,
        RocketLeagueStage::NotServed => SourceState::NotRunning,
        RocketLeagueStage::Connected => SourceState::Connected,
        RocketLeagueStage::Receiving => SourceState::Receiving,
        RocketLeagueStage::NotTheGame | RocketLeagueStage::Lost { .. } => {
            SourceState::NotAnswering { detail: stage.to_string() }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_lost_is_shown_and_a_lost_connection_says_why() {
        let health = RocketLeagueHealth {
            stage: RocketLeagueStage::Lost { reason: "reset by peer".to_owned() },
            dropped: 2,
            oversized: 1,
            ..RocketLeagueHealth::default()
        };
        let shown = now(&health);
        assert_eq!(shown.frames_dropped, 3);
        assert!(shown.state.to_string().contains("reset by peer"), "{}", shown.state);
    }

    #[test]
    fn a_terminal_reads_the_readers_own_words_where_there_are_any_of_both() {
        for stage in [
            RocketLeagueStage::NotAsked,
            RocketLeagueStage::Connected,
            RocketLeagueStage::Receiving,
        ] {
            assert_eq!(state(&stage).to_string(), stage.to_string());
        }
    }
}
