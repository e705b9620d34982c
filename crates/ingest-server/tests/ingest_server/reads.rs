//! Reads, for readers and for devices.

use event_model::{ClockEpoch, ClockReading};
use ingest_api::{MatchList, MatchView, OccurrenceList, ProblemKind, SentClock};
use reqwest::StatusCode;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{TestDevice, TestServer, send};

const OCCURRENCES: &str = "/v1/matches/cs2:1/occurrences";

#[tokio::test]
async fn what_ten_saw_once_is_told_once() {
    let server = TestServer::start().await;
    for number in 1..=10 {
        let device = server.enrol(number).await;
        server.post(&device, &[device.kill("a", 1, 3), device.kill("a", 1, 3)]).await;
    }
    let list = server.occurrences("cs2:1").await;
    assert_eq!(list.occurrences.len(), 1);
    let kill = &list.occurrences[0];
    assert_eq!((kill.kind.as_str(), kill.round, kill.late), ("kill", Some(3), false));
    assert_eq!(kill.actors.victim.as_deref(), Some("Bo "), "names are never trimmed");
    assert_eq!(kill.witnesses.len(), 10);
    assert_eq!((list.associated_through, list.sealed), (10, false));
    let matches = server.matches().await.matches;
    assert_eq!((matches[0].devices, matches[0].occurrences), (10, 1));
}

#[tokio::test]
async fn what_a_device_says_it_lost_makes_nobody_doubt_what_another_saw() {
    let server = TestServer::start().await;
    let outbox = Uuid::from_u128(9);
    let told = |device: &TestDevice, name: &str, sequence: u64, mono_ms: u64| {
        let mut kill = device.kill(&format!("{name} {mono_ms}"), sequence, 1);
        (kill["subject"], kill["partitionkey"]) = (json!("valorant:1"), json!("valorant:1"));
        kill["data"]["game"] = json!("valorant");
        kill["data"]["match"]["key"] = json!("valorant:1");
        kill["data"]["observer"] = json!(name);
        kill["data"]["observed"]["mono_ms"] = json!(mono_ms);
        kill["data"]["actors"]["victim"] = json!(format!("victim at {mono_ms}"));
        kill
    };
    let sends = async |device: &TestDevice, events: Vec<Value>| {
        let clock = ClockReading { epoch: ClockEpoch(Uuid::from_u128(8)), mono_ms: 30_000 };
        let request = server.request(device).header("Ringside-Outbox", outbox.to_string());
        let request = request.header("Ringside-Clock", SentClock { clock, wall: None }.to_string());
        assert_eq!(send(request.body(json!(events).to_string())).await.status, StatusCode::OK);
    };
    let second = async || {
        let kills = server.occurrences("valorant:1").await.occurrences;
        assert_eq!(kills.len(), 3);
        (kills[1].expected, kills[1].confidence)
    };
    let (one, two) = (server.enrol(1).await, server.enrol(2).await);
    sends(&two, vec![told(&two, "Bo", 1, 5_000)]).await;
    let all = (1..).zip([5_000, 15_000, 25_000]);
    sends(&one, all.map(|(sequence, ms)| told(&one, "Ana", sequence, ms)).collect()).await;
    sends(&two, vec![told(&two, "Bo", 3, 25_000)]).await;
    let (expected, doubted) = second().await;
    assert_eq!(expected, 2);
    let mut gap = two.event("sequence_gap", "gap", 4, 1);
    gap["subject"] = json!(format!("outbox:{outbox}"));
    gap["data"] = json!({"outbox": outbox, "from": 2, "to": 2, "reason": "deleted"});
    sends(&two, vec![gap]).await;
    let (expected, sure) = second().await;
    assert!(expected == 1 && sure > doubted, "{expected} {doubted} {sure}");
}

#[tokio::test]
async fn a_device_learns_nothing_before_its_own_match_ended() {
    let server = TestServer::start().await;
    let (playing, done) = (server.enrol(1).await, server.enrol(2).await);
    server.post(&playing, &[playing.kill("a", 1, 1)]).await;
    server.post(&done, &[done.kill("a", 1, 1), done.event("match_ended", "end", 2, 1)]).await;
    for path in ["/v1/matches/cs2:1", OCCURRENCES] {
        assert_eq!(server.get(&playing.token, path).await.problem(), ProblemKind::NotFound);
        assert_eq!(server.get(&done.token, path).await.status, StatusCode::OK);
    }
    for (device, count) in [(&playing, 0), (&done, 1)] {
        let list: MatchList = server.get(&device.token, "/v1/matches").await.json();
        assert_eq!(list.matches.len(), count);
    }
}

/// As `docs/decisions/0011` has it.
#[tokio::test]
async fn a_device_that_names_a_match_and_its_end_reads_nothing_and_is_listed() {
    let server = TestServer::start().await;
    let (playing, stranger) = (server.enrol(1).await, server.enrol(2).await);
    server.post(&playing, &[playing.kill("a", 1, 1)]).await;
    let path = "/v1/matches/cs2:1";
    let unnamed = server.get(&stranger.token, path).await;
    assert_eq!(unnamed.problem(), ProblemKind::NotFound, "whose key it knows, and no more");
    let mut made_up = stranger.kill("b", 1, 1);
    made_up["data"]["actors"]["victim"] = json!("Nobody");
    made_up["data"]["observed"]["mono_ms"] = json!(90_000);
    server.post(&stranger, &[made_up, stranger.event("match_ended", "end", 2, 1)]).await;
    let named = server.get(&stranger.token, path).await;
    assert_eq!(named.problem(), ProblemKind::NotFound, "nobody bears it out");
    let of: MatchView = server.get(&server.reader(), path).await.json();
    assert_eq!(of.devices, 2, "for all to see");
}

#[tokio::test]
async fn next_leads_through_every_page() {
    let server = TestServer::start().await;
    let device = server.enrol(1).await;
    // A key that needs escaping in a path.
    let subject = "cs2:a/b? ü";
    let laps: Vec<_> = (1..=25)
        .map(|n| {
            let mut event = device.kill(&format!("e{n}"), n, 1);
            event["subject"] = json!(subject);
            event["data"]["match"]["key"] = json!(subject);
            event
        })
        .collect();
    server.post(&device, &laps).await;
    let reader = server.reader();
    let mut next = Some("/v1/matches/cs2:a%2Fb%3F%20%C3%BC/occurrences?limit=10".to_owned());
    let mut pages = Vec::new();
    while let Some(path) = next {
        let list: OccurrenceList = server.get(&reader, &path).await.json();
        assert_eq!(list.match_key, subject);
        pages.push(list.occurrences.len());
        next = list.next;
    }
    assert_eq!(pages, [10, 10, 5]);
}

#[tokio::test]
async fn a_wrong_page_is_refused() {
    let server = TestServer::start().await;
    let reader = server.reader();
    for query in ["after=x", "limit=many", "limit=-1"] {
        let reply = server.get(&reader, &format!("/v1/matches?{query}")).await;
        assert_eq!(reply.problem(), ProblemKind::BadRequest, "{query}");
    }
}

#[tokio::test]
async fn a_match_that_is_not_there_is_not_found() {
    let server = TestServer::start().await;
    let reply = server.get(&server.reader(), OCCURRENCES).await;
    assert_eq!(reply.problem(), ProblemKind::NotFound);
}

#[tokio::test]
async fn a_foreign_type_is_readable_under_its_subject() {
    let server = TestServer::start().await;
    let device = server.enrol(1).await;
    let lap = json!({
        "specversion": "1.0", "id": "lap 1", "source": device.id.urn(), "type": "com.example.lap",
        "subject": "race:1", "data": {"seconds": 71},
    });
    assert_eq!(server.post(&device, &[lap]).await.verdicts(), ["stored"]);
    let list = server.occurrences("race:1").await;
    assert_eq!(list.occurrences[0].kind, "com.example.lap");
    assert_eq!(json!(list.occurrences[0].details), json!({"seconds": 71}));
    let of: MatchView = server.get(&server.reader(), "/v1/matches/race:1").await.json();
    assert_eq!(of.game, "race");
}
