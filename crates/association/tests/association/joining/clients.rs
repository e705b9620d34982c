//! What our own clients really send, from the golden files of the session code.

use association::{
    Hints, Report, Sighting, TimeQuality,
    joining::{Evidence, SessionSummary, Verdict, verdict},
};
use event_model::{CloudEvent, DeviceId, EventData, Game, Kind, MatchKey, WallTime};
use serde_json::Value;
use uuid::Uuid;

const LEAGUE: &str =
    include_str!("../../../../game-session/tests/fixtures/league/simulated_match.events.ndjson");
const CS2: &str =
    include_str!("../../../../game-session/tests/fixtures/cs2/restarted_match.events.txt");

fn league_events() -> impl Iterator<Item = (Kind, EventData)> {
    LEAGUE.lines().map(|line| {
        let event =
            CloudEvent::parse(&serde_json::from_str(line).expect("a golden file has whole events"))
                .expect("a golden file has whole events");
        (
            event.kind().expect("a golden file has whole events"),
            event.event_data().expect("a golden file has whole events"),
        )
    })
}

fn cs2_evidence() -> impl Iterator<Item = Evidence> {
    let lines = CS2.lines().filter(|line| line.contains(" session_evidence "));
    lines.map(|line| {
        Evidence::read(&line[line.find('{').expect("a golden file has whole events")..])
    })
}

/// The match as somebody else's device would tell it.
fn summary_of_league(key: &str, device: u128) -> SessionSummary {
    let mut summary = SessionSummary::new(MatchKey::from_text(key), Game::league());
    for (kind, data) in league_events() {
        let corrected = Sighting { at: WallTime::from_unix_ms(0), quality: TimeQuality::Low };
        let report = Report {
            device: DeviceId(Uuid::from_u128(device)),
            event_id: "",
            subject: key,
            position: 1,
            kind: Some(kind),
            identity: Some(data.identity),
            origin: None,
            observer: data.observer.as_deref(),
            actors: &data.actors,
            actor_ids: data.actor_ids.as_ref(),
            round: data.round,
            ordinal: data.ordinal.as_ref(),
            match_clock_ms: data.match_clock_ms,
            observed: None,
            time: None,
            corrected,
            outbox: None,
            sequence: None,
            hints: Hints {
                name: data.details.get("name").and_then(Value::as_str),
                ..Hints::default()
            },
        };
        summary.hear(&report);
        if kind == Kind::SessionEvidence {
            let details = serde_json::to_string(&data.details);
            summary
                .learn(&report, &Evidence::read(&details.expect("a golden file has whole events")));
        }
    }
    summary
}

#[test]
fn leagues_evidence_names_the_ten_the_map_and_the_mode() {
    let (_, data) = league_events().find(|(kind, _)| *kind == Kind::SessionEvidence).unwrap();
    let evidence = Evidence::read(&serde_json::to_string(&data.details).unwrap());
    assert_eq!(evidence.roster.len(), 10);
    assert_eq!(
        (evidence.map.as_deref(), evidence.mode.as_deref()),
        (Some("Map11"), Some("CLASSIC"))
    );
}

#[test]
fn counter_strikes_evidence_names_the_place_and_then_the_rounds() {
    let evidence: Vec<_> = cs2_evidence().collect();
    assert_eq!(evidence[0].map.as_deref(), Some("de_dust2"));
    let rounds = &evidence.last().unwrap().rounds;
    assert_eq!(rounds.len(), 3);
    assert_eq!(rounds[1].winner.as_deref(), Some("T"));
    assert_eq!(rounds[1].score.as_deref(), Some(r#"{"ct":1,"t":1}"#));
}

#[test]
fn what_our_clients_send_of_a_league_match_joins() {
    let (one, other) =
        (summary_of_league("league:session-a", 1), summary_of_league("league:session-b", 2));
    assert!(matches!(verdict(&one, &other), Verdict::Join(_)));
}

#[test]
fn evidence_that_is_not_as_it_should_be_says_nothing() {
    for details in ["", "7", "[]", r#"{"roster":7,"map":[],"rounds":{"round":1},"match_id":5}"#] {
        assert_eq!(Evidence::read(details), Evidence::default(), "{details}");
    }
    let long = format!(r#"{{"match_id":"{}"}}"#, "9".repeat(1_000));
    assert_eq!(Evidence::read(&long), Evidence::default());
    let beyond = r#"{"rounds":[{"round":-1},{"round":4294967296},{"round":3,"score":null}]}"#;
    assert_eq!(Evidence::read(beyond).rounds.len(), 1);
}
