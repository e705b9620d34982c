//! What the journal does, line by line.

use event_model::{Kind, Reading};
use serde_json::json;

use super::support::{FIRST, bounty, empty, file, kinds, line, name, opening, run, steps, told};

#[test]
fn lines_of_the_same_bytes_are_different_happenings() {
    let hit = || line(20, "UnderAttack", json!({"Target": "You"}));
    let events = told(&[hit(), hit(), hit()]);
    assert_eq!(events.iter().map(name).collect::<Vec<_>>(), ["UnderAttack"; 3]);
    let ids: std::collections::BTreeSet<_> = events.iter().map(|event| event.id).collect();
    assert_eq!(ids.len(), 3);
}

#[test]
fn a_journal_that_is_read_again_gives_the_same_ids() {
    let lines = [opening("Ana"), vec![bounty(20, "Bo", 7), bounty(20, "Bo", 7)]].concat();
    let mut state = empty();
    let first = run(&mut state, &file(FIRST, &lines));
    let again = run(&mut state, &file(FIRST, &lines));
    assert_eq!(first[1..], again[..], "but for the start, which is known");
}

#[test]
fn a_journal_that_was_written_anew_gives_other_ids_for_what_is_new_in_it() {
    let before = [opening("Ana"), vec![bounty(20, "Bo", 7), bounty(21, "Cleo", 7)]].concat();
    let after = [opening("Ana"), vec![bounty(20, "Bo", 7), bounty(21, "Dora", 7)]].concat();
    let mut state = empty();
    let first = run(&mut state, &file(FIRST, &before));
    let again = run(&mut state, &file(FIRST, &after));
    assert_eq!(first[1].id, again[0].id);
    assert_ne!(first[2].id, again[1].id, "the same place, second and length");
}

#[test]
fn who_died_by_one_hand_was_killed_and_by_many_died() {
    let by = json!({
        "KillerName": "$ShipName_Police;", "KillerName_Localised": "Police", "KillerShip": "viper",
        "KillerRank": "Deadly",
    });
    let wing = json!({"Killers": [
        {"Name": "Cmdr Bo", "Ship": "viper", "Rank": "Elite"},
        {"Name": "$npc;", "Name_Localised": "Cleo", "Ship": "eagle", "Rank": "Elite"},
    ]});
    let events = told(&[line(20, "Died", by), line(30, "Died", wing), line(40, "Died", json!({}))]);
    assert_eq!(kinds(&events), [Kind::Kill, Kind::Death, Kind::Death]);
    let actors: Vec<_> = events.iter().map(|event| event.data.actors.clone()).collect();
    assert_eq!(actors[0].attacker.as_deref(), Some("Police"));
    assert_eq!(actors[1].assists, ["Cmdr Bo", "Cleo"]);
    assert!(actors.iter().all(|actors| actors.victim.as_deref() == Some("Ana")));
    assert_eq!(actors[2].attacker, None);
}

#[test]
fn a_kill_of_a_player_and_the_bounty_for_it_are_one_kill() {
    let kill = |second| line(second, "PVPKill", json!({"Victim": "Bo", "CombatRank": 5}));
    for lines in [[kill(20), bounty(21, "Bo", 7)], [bounty(20, "Bo", 7), kill(20)]] {
        assert_eq!(kinds(&told(&lines)), [Kind::Kill, Kind::Other], "{lines:?}");
    }
    let apart = [kill(20), bounty(40, "Bo", 7)];
    assert_eq!(kinds(&told(&apart)), [Kind::Kill, Kind::Kill], "twenty seconds are two kills");
    let pirates = [bounty(20, "Bo", 7), bounty(21, "Bo", 7)];
    assert_eq!(kinds(&told(&pirates)), [Kind::Kill, Kind::Kill], "pirates share names");
}

#[test]
fn whoever_acts_is_an_actor_and_in_no_detail() {
    let lines = [
        line(20, "Interdicted", json!({"Interdictor": "Bo", "Submitted": false, "IsPlayer": true})),
        line(30, "CrimeVictim", json!({"Offender": "Bo", "CrimeType": "assault", "Bounty": 400})),
        line(40, "Interdiction", json!({"Interdicted": "Bo", "Success": true, "IsPlayer": true})),
    ];
    let events = told(&lines);
    assert_eq!(events[0].data.actors.attacker.as_deref(), Some("Bo"));
    assert_eq!(events[0].data.actors.victim.as_deref(), Some("Ana"));
    assert_eq!(events[1].data.actors.attacker.as_deref(), Some("Bo"));
    assert_eq!(events[2].data.actors.attacker.as_deref(), Some("Ana"));
    assert_eq!(events[2].data.actors.victim.as_deref(), Some("Bo"));
    assert!(events.iter().all(|event| !json!(event.data.details).to_string().contains("Bo\"")));
    let details = json!({
        "name": "CrimeVictim", "crime_type": "assault", "bounty": 400,
        "journal_time": "2026-01-01T11:00:30Z",
    });
    assert_eq!(json!(events[1].data.details), details);
}

#[test]
fn what_is_unknown_is_counted_with_the_games_version() {
    let odd = line(20, "Teleport", json!({}));
    let field = line(21, "HullDamage", json!({"Health": 0.5, "Mood": "bad"}));
    let chat = line(22, "ReceiveText", json!({"From": "Bo", "Message": "hello"}));
    let lines = [opening("Ana"), vec![odd, field, chat]].concat();
    let steps = steps(&mut empty(), &file(FIRST, &lines));
    let drift: Vec<_> = steps.iter().flat_map(|step| step.drift.iter()).collect();
    assert_eq!(drift, [("event=Teleport (4.2.1.2)", 1), ("HullDamage.Mood (4.2.1.2)", 1)]);
    assert_eq!(steps.iter().map(|step| step.events.len()).sum::<usize>(), 2);
}

#[test]
fn what_is_no_line_of_a_journal_is_unreadable() {
    let mut state = empty();
    let no_place = event_model::Frame::new(event_model::Channel::File, opening("Ana").remove(0));
    assert!(state.observe(&Reading::Frame(no_place)).unreadable.is_some());
    let bad = ["{", "[]", "{}", r#"{"timestamp":"never","event":"Died"}"#, r#"{"timestamp":1}"#];
    let bad = bad.map(str::to_owned);
    let steps = steps(&mut state, &file(FIRST, &bad));
    assert!(steps.iter().all(|step| step.unreadable.is_some() && step.events.is_empty()));
}
