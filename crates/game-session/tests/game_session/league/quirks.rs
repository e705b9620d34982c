//! What the game really does, one claim each.

use event_model::{Channel, Fault, Frame, Kind, Reading, Source};
use game_session::{SourceState, Unreadable};
use serde_json::{Value, json};

use super::poll::{Player, Poll, Stream};

fn kill(victim: &str, ordinal: u64) -> (String, Option<u64>) {
    (victim.to_owned(), Some(ordinal))
}

#[test]
fn the_whole_list_at_every_poll_gives_each_entry_once() {
    let mut stream = Stream::new();
    let poll = Poll::from_the_start().kill(128.5, "Cy", "Ana");
    stream.observe(&poll);
    stream.observe(&poll);
    stream.observe(&poll.kill(240.0, "Cy", "Ana"));
    assert_eq!(stream.kills(), [kill("Ana", 1), kill("Ana", 2)]);
    assert_eq!(stream.of(Kind::MatchStarted).len(), 1);
    assert_eq!(stream.of(Kind::SessionEvidence).len(), 1);
}

#[test]
fn a_kill_carries_names_clock_and_observer_as_the_game_wrote_them() {
    let mut stream = Stream::new();
    let fields = json!({"KillerName": "Ana", "VictimName": "Bo ", "Assisters": ["Cy"]});
    stream.observe(&Poll::from_the_start().entry("ChampionKill", 128.522_079_467, fields));
    let kill = stream.of(Kind::Kill)[0];
    assert_eq!(kill.data.actors.attacker.as_deref(), Some("Ana"));
    assert_eq!(kill.data.actors.victim.as_deref(), Some("Bo "), "a trailing space is a name's");
    assert_eq!(kill.data.actors.assists, ["Cy"]);
    assert_eq!(kill.data.match_clock_ms, Some(128_522));
    assert_eq!(kill.data.observer.as_deref(), Some("Ana"));
}

#[test]
fn a_killer_need_not_be_a_player() {
    let mut stream = Stream::new();
    let poll = Poll::from_the_start()
        .kill(90.0, "Minion_T200L2S13N0077", "Ana")
        .kill(95.0, "Turret_T2_L_03_A", "Ana")
        .kill(99.0, "Ana", "Cy");
    stream.observe(&poll);
    let kinds: Vec<_> = stream
        .of(Kind::Kill)
        .iter()
        .map(|kill| kill.data.details["attacker_kind"].clone())
        .collect();
    assert_eq!(kinds, ["minion", "turret", "player"]);
}

#[test]
fn names_lead_to_accounts_unless_two_players_share_one() {
    let mut poll = Poll::from_the_start();
    for (player, tag) in poll.players.iter_mut().zip(["EUW", "EUW", "ONE", "TWO"]) {
        player.tag = Some(tag.to_owned());
    }
    poll.players[3].name = "Cy".to_owned();
    poll.active = json!({"riotId": "Ana#EUW"});
    let mut stream = Stream::new();
    stream.observe(&poll.kill(10.0, "Ana", "Bo ").kill(11.0, "Ana", "Cy"));
    let kills = stream.of(Kind::Kill);
    let ids = kills[0].data.actor_ids.as_ref().expect("both names are unique");
    assert_eq!(ids.victim.as_deref(), Some("Bo #EUW"));
    let ids = kills[1].data.actor_ids.as_ref().expect("the killer's name is unique");
    assert_eq!((ids.attacker.as_deref(), ids.victim.as_deref()), (Some("Ana#EUW"), None));
    assert_eq!(kills[1].data.ordinal, None, "whose death it was cannot be told");
    assert_eq!(kills[0].data.observer.as_deref(), Some("Ana#EUW"));
}

#[test]
fn a_late_client_waits_for_the_scoreboard_and_counts_on_from_it() {
    let mut poll = Poll::joined_at(480.6);
    poll.players[2].deaths = 3;
    let poll = poll.kill(490.0, "Ana", "Cy");
    let mut stream = Stream::new();
    stream.observe(&poll);
    assert_eq!(stream.kills(), [], "the score may lag behind so fresh a death");
    stream.observe(&poll.clone().at(493.0));
    assert_eq!(stream.kills(), [kill("Cy", 4)]);
}

#[test]
fn a_late_client_numbers_older_deaths_at_once() {
    let mut poll = Poll::joined_at(480.6);
    poll.players[2].deaths = 3;
    let mut stream = Stream::new();
    stream.observe(&poll.kill(490.0, "Ana", "Cy").at(493.0));
    assert_eq!(stream.kills(), [kill("Cy", 4)]);
}

#[test]
fn a_single_frame_of_a_late_client_gives_all_its_events_at_the_end() {
    let mut stream = Stream::new();
    stream.observe(&Poll::joined_at(480.6).kill(490.0, "Ana", "Dee").kill(494.0, "Ana", "Cy"));
    stream.finish();
    assert_eq!(stream.kills(), [kill("Dee", 1), ("Cy".to_owned(), None)], "Cy's score may lag");
}

#[test]
fn a_poll_that_failed_settles_nothing() {
    let mut poll = Poll::joined_at(480.6);
    poll.players[2].deaths = 2;
    let poll = poll.kill(490.0, "Ana", "Cy");
    let mut stream = Stream::new();
    stream.observe(&poll);
    let error = "no answer".to_owned();
    stream.read(&Reading::Fault(Fault { channel: Channel::Poll, error }));
    assert_eq!(stream.kills(), []);
    stream.observe(&poll.clone().at(493.0));
    assert_eq!(stream.kills(), [kill("Cy", 3)], "the same as without the failure");
}

#[test]
fn a_reconnect_numbers_anew_and_nothing_comes_twice() {
    let mut stream = Stream::new();
    stream.observe(&Poll::from_the_start().kill(100.0, "Ana", "Cy").kill(200.0, "Ana", "Cy"));
    let mut again = Poll::joined_at(260.0);
    again.players[2].deaths = 3;
    let again = again.kill(270.0, "Ana", "Cy");
    stream.observe(&again);
    stream.observe(&again.clone().at(273.0));
    assert_eq!(stream.kills(), [kill("Cy", 1), kill("Cy", 2), kill("Cy", 4)]);
    assert_eq!(stream.of(Kind::SessionEvidence).len(), 1, "the same session");
    let ids: std::collections::BTreeSet<_> = stream.events.iter().map(|event| event.id).collect();
    assert_eq!(ids.len(), stream.events.len(), "another epoch, other ids");
    assert_eq!(stream.of(Kind::MatchStarted).len(), 1, "the match began once");
}

#[test]
fn a_reconnect_is_one_even_where_its_clock_lies_a_little_behind() {
    let mut stream = Stream::new();
    stream.observe(&Poll::from_the_start().kill(100.0, "Ana", "Cy").at(900.0));
    let mut again = Poll::joined_at(899.0);
    again.players[2].deaths = 1;
    stream.observe(&again);
    stream.observe(&again.clone().at(905.0));
    assert_eq!(stream.of(Kind::SessionEvidence).len(), 1);
}

#[test]
fn a_next_match_that_begins_at_the_same_instant_shares_no_id() {
    let mut stream = Stream::new();
    let first = Poll::from_the_start().kill(100.0, "Ana", "Cy");
    stream.observe(&first.entry("GameEnd", 900.0, json!({"Result": "Win"})));
    stream.observe(&Poll::from_the_start().kill(100.0, "Ana", "Cy"));
    let kills = stream.of(Kind::Kill);
    assert_eq!(kills.len(), 2);
    assert_ne!(kills[0].id, kills[1].id);
    assert_ne!(kills[0].subject(), kills[1].subject());
}

#[test]
fn a_match_that_ended_while_scores_were_awaited_has_ended() {
    let mut stream = Stream::new();
    let poll = Poll::joined_at(480.6).entry("GameEnd", 490.0, json!({"Result": "Lose"}));
    stream.observe(&poll);
    stream.observe(&Poll::joined_at(1200.0));
    assert_eq!(stream.of(Kind::SessionEvidence).len(), 2);
    assert_eq!(stream.of(Kind::MatchEnded).len(), 1);
}

#[test]
fn two_entries_under_one_number_have_two_ids() {
    let mut stream = Stream::new();
    let mut poll = Poll::from_the_start().kill(100.0, "Ana", "Cy").kill(101.0, "Ana", "Dee");
    poll.entries[2]["EventID"] = json!(1);
    stream.observe(&poll);
    let kills = stream.of(Kind::Kill);
    assert_eq!(kills.len(), 2);
    assert_ne!(kills[0].id, kills[1].id);
}

#[test]
fn an_entry_that_cannot_be_read_costs_no_other() {
    let mut stream = Stream::new();
    let mut poll = Poll::from_the_start().kill(100.0, "Ana", "Cy");
    poll.entries.push(json!({"EventID": 2, "EventName": "ChampionKill"}));
    let step = stream.observe(&poll);
    assert_eq!(stream.kills(), [kill("Cy", 1)]);
    assert_eq!(step.drift.iter().collect::<Vec<_>>(), [("events.* (unreadable)", 1)]);
}

#[test]
fn a_late_client_says_that_it_was_late() {
    let mut stream = Stream::new();
    stream.observe(&Poll::joined_at(480.6));
    stream.finish();
    assert_eq!(stream.of(Kind::MatchStarted)[0].data.details["joined_late"], true);
}

#[test]
fn an_emptied_list_that_comes_back_repeats_nothing() {
    let mut stream = Stream::new();
    let poll = Poll::from_the_start().kill(100.0, "Ana", "Cy");
    stream.observe(&poll);
    let mut empty = poll.clone();
    empty.entries.clear();
    stream.observe(&empty);
    stream.observe(&poll);
    assert_eq!(stream.kills(), [kill("Cy", 1)]);
}

#[test]
fn entries_listed_again_after_a_rewind_are_the_old_ones() {
    let mut stream = Stream::new();
    let poll = Poll::from_the_start()
        .kill(1741.0, "Ana", "Cy")
        .kill(1947.0, "Bo ", "Cy")
        .kill(1741.725, "Ana", "Cy")
        .kill(1800.0, "Dee", "Ana");
    stream.observe(&poll);
    stream.finish();
    let victims: Vec<_> = stream.kills().into_iter().map(|(victim, _)| victim).collect();
    assert_eq!(victims, ["Cy", "Cy", "Ana"]);
}

#[test]
fn the_next_match_of_the_same_players_shares_no_id() {
    let mut stream = Stream::new();
    stream.observe(&Poll::from_the_start().kill(100.0, "Ana", "Cy"));
    let mut rematch = Poll::from_the_start();
    rematch.entries[0]["EventTime"] = json!(0.041);
    stream.observe(&rematch.kill(100.0, "Ana", "Cy"));
    let kills = stream.of(Kind::Kill);
    assert_eq!(kills.len(), 2);
    assert_ne!(kills[0].id, kills[1].id);
    assert_ne!(kills[0].subject(), kills[1].subject());
}

#[test]
fn a_match_after_one_that_ended_is_another_even_joined_late() {
    let mut stream = Stream::new();
    let ended = Poll::from_the_start().entry("GameEnd", 900.0, json!({"Result": "Win"}));
    stream.observe(&ended);
    stream.observe(&Poll::joined_at(1200.0));
    assert_eq!(stream.of(Kind::SessionEvidence).len(), 2);
    assert_eq!(stream.of(Kind::MatchEnded)[0].data.details["result"], "Win");
}

#[test]
fn while_the_game_loads_nothing_is_said() {
    let mut stream = Stream::new();
    let mut loading = Poll::from_the_start();
    loading.entries.clear();
    stream.observe(&loading);
    let mut nobody = Poll::from_the_start();
    nobody.active = json!({});
    stream.observe(&nobody);
    assert_eq!(stream.events, []);
}

#[test]
fn a_spectator_is_no_observer() {
    let mut poll = Poll::from_the_start();
    poll.active = json!({"error": "Spectator mode doesn't currently support this feature"});
    let mut stream = Stream::new();
    stream.observe(&poll.kill(10.0, "Ana", "Cy"));
    assert_eq!(stream.of(Kind::Kill)[0].data.observer, None);
}

#[test]
fn bots_do_not_make_another_match() {
    let mut stream = Stream::new();
    let poll = Poll::from_the_start();
    stream.observe(&poll);
    let mut with_bot = poll.kill(50.0, "Ana", "Cy");
    with_bot.players.push(Player { bot: true, ..Player::named("Karthus Bot") });
    stream.observe(&with_bot.kill(60.0, "Ana", "Karthus Bot"));
    assert_eq!(stream.of(Kind::SessionEvidence).len(), 1);
    assert_eq!(stream.kills(), [kill("Cy", 1), kill("Karthus Bot", 1)]);
}

#[test]
fn every_listed_name_becomes_its_kind() {
    let mut stream = Stream::new();
    let killer = json!({"KillerName": "Ana", "Stolen": "False", "DragonType": "Fire"});
    let poll = Poll::from_the_start()
        .entry("MinionsSpawning", 65.0, json!({}))
        .entry("FirstBlood", 70.0, json!({"Recipient": "Ana"}))
        .entry("Multikill", 71.0, json!({"KillerName": "Ana", "KillStreak": 2}))
        .entry("Ace", 72.0, json!({"Acer": "Ana", "AcingTeam": "ORDER"}))
        .entry("TurretKilled", 73.0, json!({"KillerName": "Ana", "TurretKilled": "T1"}))
        .entry("InhibKilled", 74.0, json!({"KillerName": "Ana", "InhibKilled": "B1"}))
        .entry("InhibRespawned", 75.0, json!({"InhibRespawned": "B1"}))
        .entry("DragonKill", 76.0, killer);
    let step = stream.observe(&poll);
    let kinds: Vec<_> = stream.events[2..].iter().map(|event| event.kind).collect();
    assert_eq!(
        kinds,
        [
            Kind::Other,
            Kind::FirstBlood,
            Kind::MultiKill,
            Kind::Ace,
            Kind::StructureDestroyed,
            Kind::StructureDestroyed,
            Kind::Other,
            Kind::ObjectiveTaken,
        ]
    );
    assert!(step.drift.is_empty(), "all of it is known: {:?}", step.drift);
    let dragon = &stream.events.last().expect("the dragon is the last").data;
    assert_eq!(dragon.details["stolen"], Value::Bool(false), "a string in the game's words");
    assert_eq!(dragon.details["objective"], "dragon");
    assert_eq!(stream.events[6].data.actors.victim.as_deref(), Some("T1"));
}

#[test]
fn unknown_names_are_emitted_and_counted() {
    let mut stream = Stream::new();
    let poll = Poll::from_the_start().entry("WyrmHatched", 80.0, json!({"Wings": 4, "Name": "x"}));
    let step = stream.observe(&poll);
    let other = stream.of(Kind::Other)[0];
    assert_eq!(other.data.details["name"], "WyrmHatched");
    assert_eq!(other.data.details["wings"], 4);
    let names: Vec<_> = step.drift.iter().map(|(name, _)| name.to_owned()).collect();
    assert_eq!(names, ["event WyrmHatched", "events.*.Name", "events.*.Wings"]);
}

#[test]
fn what_cannot_be_read_is_told_without_a_word_of_the_frame() {
    let mut state = SourceState::new(Source::League).expect("League has a state machine");
    let body = r#"{"events":{"Events":[]},"allPlayers":["Ana of the North"]}"#;
    let why = state.observe(&Reading::Frame(Frame::new(Channel::Poll, body))).unreadable;
    let told = why.expect("a player is no name alone").to_string();
    assert!(!told.contains("Ana"), "{told}");
    assert!(told.contains("another shape (line 1, column "), "{told}");
}

#[test]
fn what_cannot_be_read_says_why_and_changes_nothing() {
    let poll = Poll::from_the_start().kill(10.0, "Ana", "Cy");
    let mut state = SourceState::new(Source::League).expect("League has a state machine");
    state.observe(&poll.reading());
    let before = state.clone();
    let frame = |body: &str| Reading::Frame(Frame::new(Channel::Poll, body));
    let not_found = r#"{"errorCode":"RESOURCE_NOT_FOUND","httpStatus":404,"message":""}"#;
    for body in [not_found, "{}", r#"{"provider":{}}"#] {
        let why = state.observe(&frame(body)).unreadable;
        assert!(matches!(why, Some(Unreadable::Foreign(_))), "{body}: {why:?}");
    }
    for body in ["", "nonsense", "[]", r#"{"events":{"Events":7},"allPlayers":[]}"#] {
        let why = state.observe(&frame(body)).unreadable;
        assert!(matches!(why, Some(Unreadable::Malformed(_))), "{body}: {why:?}");
    }
    let huge = " ".repeat(4 * 1024 * 1024 + 1);
    let why = state.observe(&frame(&huge)).unreadable;
    assert!(matches!(why, Some(Unreadable::TooLarge { .. })));
    assert_eq!(state, before);
}
