//! The simulated journals are read as the game's, and what they show is what their
//! truth says.

use std::collections::BTreeSet;

use event_model::{Reading, Source};
use game_session::{SourceState, Step};
use simulator::{EliteJournals, Length};

use crate::{
    SEEDS,
    told::{by_rules, by_truth, difference},
};

fn journals(seed: u64) -> EliteJournals {
    EliteJournals::new(seed, Length::seconds(240))
}

/// Before each of `restarts` the state goes to disk and back, and the last line is read
/// once more.
fn steps(journals: &EliteJournals, restarts: usize) -> Vec<Step> {
    let mut state = SourceState::new(Source::Elite).unwrap();
    let frames: Vec<_> = journals.frames().into_iter().map(Reading::Frame).collect();
    let mut steps = Vec::new();
    for (number, frame) in frames.iter().enumerate() {
        if restarts > 0 && number % restarts == 0 {
            state = SourceState::decode(Source::Elite, &state.encode()).unwrap();
            steps.push(state.observe(&frames[number.saturating_sub(1)]));
        }
        steps.push(state.observe(frame));
    }
    steps
}

#[test]
fn the_rules_tell_what_the_truth_says() {
    for seed in SEEDS {
        let journals = journals(seed);
        let steps = steps(&journals, 0);
        assert!(steps.iter().all(|step| step.unreadable.is_none() && step.drift.is_empty()));
        let events: Vec<_> = steps.into_iter().flat_map(|step| step.events).collect();
        let truth = journals.truth();
        let difference = difference(&by_rules(&events), &by_truth(&truth.events));
        assert!(difference.is_empty(), "seed {seed}: {difference:#?}");
        let ids: BTreeSet<_> = events.iter().map(|event| event.id).collect();
        assert_eq!(ids.len(), events.len(), "identical lines are different happenings");
        let sessions: BTreeSet<_> = events.iter().map(|event| event.subject().as_str()).collect();
        assert_eq!(sessions.len(), 3, "four starts, and one of them was left at once");
        let observer = Some(truth.observer);
        assert!(events.iter().all(|event| event.data.observer == observer));
    }
}

#[test]
fn whoever_starts_again_goes_on_with_the_same_ids() {
    for seed in 0..6 {
        let journals = journals(seed);
        let events = |restarts| -> Vec<_> {
            steps(&journals, restarts).into_iter().flat_map(|step| step.events).collect()
        };
        assert_eq!(events(7), events(0));
    }
}

#[test]
fn every_turn_comes_up() {
    let all: Vec<_> = SEEDS.map(journals).collect();
    let texts: String = all.iter().flat_map(EliteJournals::files).map(|file| file.text()).collect();
    for word in ["PVPKill", "\"Died\"", "KillerName", "Continued", "UnderAttack", "MissionFailed"] {
        assert!(texts.contains(word), "{word}");
    }
    assert!(texts.contains("}\r\n") && texts.contains("}\n{"));
    let lines: Vec<_> = texts.lines().collect();
    assert!(lines.windows(2).any(|pair| pair[0] == pair[1]), "lines of the same bytes");
}

#[test]
fn a_seed_writes_the_same_journals_and_another_seed_others() {
    assert_eq!(journals(7).files(), journals(7).files());
    assert_ne!(journals(7).files(), journals(8).files());
}
