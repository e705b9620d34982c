//! A seed and a length decide everything.

use std::fs;

use simulator::{
    Cs2Match, FRAMES_FILE, LeagueMatch, Length, PlayedGame, TRUTH_FILE, Truth, write_match,
};

use crate::{SEEDS, short};

fn files(seed: u64, game: PlayedGame) -> (String, String) {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("made/when/missing");
    write_match(seed, game, short(), &out).unwrap();
    let read = |name| fs::read_to_string(out.join(name)).unwrap();
    (read(TRUTH_FILE), read(FRAMES_FILE))
}

#[test]
fn the_same_seed_writes_the_same_files() {
    for game in [
        PlayedGame::League,
        PlayedGame::Cs2,
        PlayedGame::Dota2,
        PlayedGame::RocketLeague,
        PlayedGame::Valorant,
    ] {
        assert_eq!(files(7, game), files(7, game), "{game:?}");
    }
}

#[test]
fn another_seed_is_another_match() {
    for game in [
        PlayedGame::League,
        PlayedGame::Cs2,
        PlayedGame::Dota2,
        PlayedGame::RocketLeague,
        PlayedGame::Valorant,
    ] {
        let (one, other) = (files(7, game), files(8, game));
        assert_ne!(one.0, other.0, "the truth of {game:?}");
        assert_ne!(one.1, other.1, "the frames of {game:?}");
    }
}

#[test]
fn a_truth_is_read_back_from_its_file() {
    let truth: Truth = serde_json::from_str(&files(7, PlayedGame::League).0).unwrap();
    assert_eq!(truth, Truth { seed: 7, sessions: vec![LeagueMatch::new(7, short()).truth()] });
}

#[test]
fn every_short_show_is_lively() {
    for seed in SEEDS {
        let league = LeagueMatch::new(seed, short()).truth().events.len();
        let cs2 = Cs2Match::new(seed, short()).truth().events.len();
        assert!(league + cs2 >= 30, "seed {seed}: {league} and {cs2}");
    }
}

#[test]
fn a_long_match_stays_within_its_length() {
    let hour = Length::seconds(3_600);
    for seed in SEEDS {
        assert!(Cs2Match::new(seed, hour).end_ms() <= hour.ms());
        let truth = LeagueMatch::new(seed, hour).truth();
        assert!(truth.events.iter().all(|event| event.match_clock_ms <= Some(hour.ms())));
    }
}
