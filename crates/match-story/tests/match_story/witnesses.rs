//! What the server made of it.

use std::collections::BTreeMap;

use event_model::{Actors, EventId, Kind};
use ingest_api::{OccurrenceList, OccurrenceView, WitnessView};
use match_story::{
    EventWitnesses, Occurrence, OccurrencePage, Standing, Sure, Witnessed, witnessed,
};
use uuid::Uuid;

use crate::support::{cs2, id, story};

/// An occurrence with the witnesses that these events are.
fn occurrence(name: u8, standing: ingest_api::Standing, witnesses: &[EventId]) -> OccurrenceView {
    let witness = |event: &EventId| WitnessView {
        device: Uuid::nil(),
        event_id: event.to_string(),
        account: None,
        at: None,
        late: false,
    };
    OccurrenceView {
        id: Uuid::from_u128(u128::from(name)),
        kind: "kill".to_owned(),
        actors: Actors::default(),
        round: None,
        match_clock_ms: None,
        at: None,
        confidence: 0.9,
        standing,
        seen_by: witnesses.len() as u64,
        expected: 10,
        revision: 1,
        late: false,
        linked: Vec::new(),
        details: BTreeMap::new(),
        witnesses: witnesses.iter().map(witness).collect(),
    }
}

/// The server's own answer, read as the companion reads it.
fn read(occurrences: Vec<OccurrenceView>) -> Vec<Occurrence> {
    let answer = OccurrenceList {
        match_key: "cs2:1".to_owned(),
        revision: 7,
        sealed: true,
        associated_through: 100,
        occurrences,
        next: Some("/v1/matches/cs2:1/occurrences?after=2".to_owned()),
    };
    let text = serde_json::to_string(&answer).expect("an answer is JSON");
    let page: OccurrencePage = serde_json::from_str(&text).expect("it has what is asked for");
    assert_eq!((page.revision, page.sealed, page.next), (7, true, answer.next));
    page.occurrences
}

fn joined(occurrences: Vec<OccurrenceView>) -> Witnessed {
    let kept = [cs2(1, 0, Kind::Kill), cs2(2, 1, Kind::Kill), cs2(3, 2, Kind::SessionEvidence)];
    witnessed(&story(&kept), &read(occurrences))
}

#[test]
fn an_own_event_has_its_occurrence_and_witnesses() {
    let confirmed = occurrence(1, ingest_api::Standing::Confirmed, &[id(1), id(70), id(71)]);
    let occurrence = confirmed.id.to_string();
    let joined = joined(vec![confirmed]);
    let seen =
        EventWitnesses { occurrence, seen_by: 3, expected: 10, sure: Sure::Certain, late: false };
    assert_eq!(joined.events, BTreeMap::from([(id(1), seen)]));
    assert_eq!(joined.not_placed, 1, "the other kill; evidence has no place to go to");
}

#[test]
fn what_only_others_saw_is_counted_and_not_shown_as_own() {
    let of_others = occurrence(1, ingest_api::Standing::Confirmed, &[id(70), id(71)]);
    let nobodys = occurrence(2, ingest_api::Standing::Lone, &[]);
    let joined = joined(vec![of_others, nobodys]);
    assert_eq!((joined.events.len(), joined.seen_by_others_only), (0, 2));
}

#[test]
fn every_standing_has_a_word_of_a_players() {
    use ingest_api::Standing as Server;
    let words = [
        (Server::Confirmed, Standing::Confirmed, Sure::Certain),
        (Server::Supported, Standing::Supported, Sure::Likely),
        (Server::Lone, Standing::Lone, Sure::OnlyYou),
        (Server::Contradicted, Standing::Contradicted, Sure::Doubted),
    ];
    for (server, standing, sure) in words {
        let occurrence = occurrence(1, server, &[id(1)]);
        assert_eq!(read(vec![occurrence.clone()])[0].standing, standing);
        assert_eq!(joined(vec![occurrence]).events[&id(1)].sure, sure);
    }
}

#[test]
fn an_own_event_that_came_after_the_seal_is_late() {
    let mut sealed = occurrence(1, ingest_api::Standing::Confirmed, &[id(70), id(1)]);
    assert!(!joined(vec![sealed.clone()]).events[&id(1)].late);
    sealed.witnesses[0].late = true;
    assert!(!joined(vec![sealed.clone()]).events[&id(1)].late, "another's being late is nothing");
    sealed.witnesses[1].late = true;
    assert!(joined(vec![sealed]).events[&id(1)].late);
}

#[test]
fn what_another_device_of_the_account_told_in_time_is_not_late() {
    let mut seen = occurrence(1, ingest_api::Standing::Confirmed, &[id(1), id(1)]);
    seen.witnesses[0].late = true;
    assert!(!joined(vec![seen.clone()]).events[&id(1)].late);
    seen.witnesses.reverse();
    assert!(!joined(vec![seen]).events[&id(1)].late);
}

#[test]
fn of_two_pages_that_disagree_the_fuller_one_counts() {
    let then = occurrence(1, ingest_api::Standing::Lone, &[id(1)]);
    let since = occurrence(2, ingest_api::Standing::Supported, &[id(1), id(70)]);
    for order in [[then.clone(), since.clone()], [since, then]] {
        assert_eq!(joined(order.to_vec()).events[&id(1)].seen_by, 2);
    }
}
