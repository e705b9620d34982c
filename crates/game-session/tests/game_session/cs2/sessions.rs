//! Where one match ends and another begins.

use event_model::{Kind, MatchKey, SessionKey};

use super::support::{ANA, BO, Gsi, events, lines, live, menu, warmup};

/// How many matches a stream tells apart.
fn matches(frames: &[Gsi]) -> usize {
    let keys = events(frames).into_iter().map(|event| event.data.match_ref.key);
    keys.collect::<std::collections::BTreeSet<_>>().len()
}

#[test]
fn a_session_is_keyed_by_its_first_frame() {
    let key = SessionKey::from_values([ANA, "de_dust2", "competitive", "1000"]);
    let expected = MatchKey::session(&event_model::Game::cs2(), &key);
    let later = Gsi { timestamp: 1_030, round: 1, kills: 1, ..live() };
    assert!(events(&[live(), later]).iter().all(|event| *event.subject() == expected));
}

#[test]
fn the_menu_alone_is_no_session() {
    assert!(events(&[menu(), menu()]).is_empty());
}

#[test]
fn another_map_mode_or_account_is_another_session() {
    for other in [
        Gsi { map: Some("de_nuke"), ..live() },
        Gsi { mode: "casual", ..live() },
        Gsi { observer: BO, player: Some(BO), ..live() },
    ] {
        assert_eq!(matches(&[live(), other.clone()]), 2, "{other:?}");
    }
}

#[test]
fn a_reconnect_goes_on_with_the_session() {
    let before = Gsi { round: 3, score: (2, 1), kills: 4, ..live() };
    let pause = Gsi { timestamp: 1_010, ..menu() };
    let back = Gsi { timestamp: 1_300, round: 4, score: (2, 2), ..before.clone() };
    assert_eq!(matches(&[before, pause, back]), 1);
}

#[test]
fn half_time_does_not_look_like_another_match() {
    let before = Gsi { round: 8, score: (5, 3), ..live() };
    let swapped = Gsi { timestamp: 1_060, score: (3, 5), ..before.clone() };
    assert_eq!(matches(&[before, menu(), swapped]), 1, "teams change sides, and scores with them");
}

#[test]
fn what_comes_back_from_the_menu_too_late_or_lower_is_another_match() {
    let before = Gsi { round: 3, score: (2, 1), kills: 4, deaths: 2, ..live() };
    let later = |back: Gsi| Gsi { timestamp: 1_060, ..back };
    for back in [
        Gsi { timestamp: 1_301, ..before.clone() },
        later(Gsi { round: 2, ..before.clone() }),
        later(Gsi { score: (1, 1), ..before.clone() }),
        later(Gsi { kills: 3, ..before.clone() }),
        later(Gsi { deaths: 0, ..before.clone() }),
        later(Gsi { phase: "warmup", ..before.clone() }),
    ] {
        assert_eq!(matches(&[before.clone(), menu(), back.clone()]), 2, "{back:?}");
    }
}

#[test]
fn a_match_after_the_end_of_one_is_another_one() {
    let over = Gsi { phase: "gameover", round: 16, score: (13, 3), kills: 20, ..live() };
    for next in [
        Gsi { timestamp: 1_010, ..warmup() },
        Gsi { timestamp: 1_010, ..live() },
        Gsi { timestamp: 1_010, phase: "live", ..over.clone() }.without_kills(),
    ] {
        assert_eq!(matches(&[over.clone(), next.clone()]), 2, "{next:?}");
    }
    let after_menu = Gsi { timestamp: 1_010, phase: "live", round: 17, ..over.clone() };
    assert_eq!(matches(&[over, menu(), after_menu]), 2);
}

#[test]
fn a_scoreless_deathmatch_does_not_lend_its_id_to_the_next() {
    let over = Gsi { mode: "deathmatch", phase: "gameover", ..live() };
    let next = Gsi { mode: "deathmatch", timestamp: 1_020, ..live() };
    assert_eq!(matches(&[over, next]), 2, "nothing fell, but the match was over");
}

#[test]
fn two_matches_of_one_second_share_no_id() {
    let over = Gsi { phase: "gameover", round: 16, kills: 1, ..live() };
    let all = events(&[live(), Gsi { kills: 1, ..live() }, over, warmup(), live()]);
    let ids: std::collections::BTreeSet<_> = all.iter().map(|event| event.id).collect();
    assert_eq!(ids.len(), all.len());
}

#[test]
fn a_long_silence_in_which_something_fell_hides_another_match() {
    let before = Gsi { kills: 4, round: 6, ..live() };
    let next_day = Gsi { timestamp: 90_000, ..live() };
    let hours_later = Gsi { timestamp: 1_000 + 3 * 60 * 60 + 1, round: 7, ..before.clone() };
    let paused = Gsi { timestamp: 2_000, round: 6, kills: 5, ..before.clone() };
    assert_eq!(matches(&[before.clone(), next_day]), 2);
    assert_eq!(matches(&[before.clone(), hours_later]), 2, "no match is that long");
    assert_eq!(matches(&[before, paused]), 1, "a pause is not the end");
}

#[test]
fn a_restart_stays_inside_the_session() {
    let before = Gsi { kills: 4, round: 6, ..live() };
    assert_eq!(matches(&[before, live()]), 1);
}

#[test]
fn a_match_starts_when_it_goes_live_and_ends_once() {
    let kinds = [Kind::MatchStarted, Kind::MatchEnded];
    let over = Gsi { phase: "gameover", round: 16, ..live() };
    let frames = [warmup(), live(), live(), over.clone(), over];
    assert_eq!(lines(&frames, &kinds), ["match_started", "match_ended"]);
}

#[test]
fn a_match_joined_in_the_middle_starts_late() {
    let joined = Gsi { round: 5, ..live() };
    assert_eq!(lines(&[joined], &[Kind::MatchStarted]), ["match_started, joined_late"]);
}

#[test]
fn a_match_that_is_left_gets_no_end_of_its_own() {
    let frames = [live(), menu(), Gsi { map: Some("de_nuke"), ..live() }];
    assert!(lines(&frames, &[Kind::MatchEnded]).is_empty());
}

#[test]
fn a_session_brings_evidence_to_be_joined_by() {
    let all = events(&[warmup()]);
    assert_eq!(all.len(), 1);
    assert_eq!(all[0].kind, Kind::SessionEvidence);
    let details = serde_json::to_value(&all[0].data.details).unwrap();
    expect_test::expect![[
        r#"{"map":"de_dust2","mode":"competitive","roster":{"76561190000000001":"Ana "},"started":1000}"#
    ]]
    .assert_eq(&details.to_string());
}

impl Gsi {
    fn without_kills(self) -> Self {
        Self { kills: 0, ..self }
    }
}
