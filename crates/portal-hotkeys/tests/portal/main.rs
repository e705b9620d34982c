//! The crate against a stand-in of the portal, on a bus of its own. What real
//! desktops do is not shown here: none of them was there.

#![cfg(target_os = "linux")]

mod bus;
mod keeping;
mod stand_in;

use std::future::{pending, ready};

use portal_hotkeys::{Failure, Given, KEYS_LETTERS_MAX, News, Portal, Session, Wish};
use stand_in::{APP, Mood, StandIn};

#[tokio::test]
async fn what_is_asked_for_is_bound_with_its_words_and_its_wish() {
    let Some(bus) = bus::Bus::start() else { return };
    let desktop = StandIn::on(&bus, Mood::Grants).await;
    let session = session(&bus).await;
    let given = session.bind(&wishes(), pending()).await.unwrap();
    assert_eq!(given, [given_as("mark_chapter", "Press CTRL+SHIFT+F11"), unsaid("pause_upload")]);

    let asked = desktop.asked().expect("the stand-in was asked");
    assert_eq!(asked[0].id, "mark_chapter");
    assert_eq!(asked[0].description, "Ein Kapitel markieren");
    assert_eq!(asked[0].preferred.as_deref(), Some("CTRL+SHIFT+F11"));
    assert_eq!(asked[1].preferred, None, "no keys are liked better than others");
}

#[tokio::test]
async fn the_program_says_its_id_before_it_asks_for_anything() {
    let Some(bus) = bus::Bus::start() else { return };
    let _desktop = StandIn::on(&bus, Mood::Grants).await;
    let nobody = Portal::on(bus.connect().await, "app.of.nobody").await.unwrap();
    assert_eq!(nobody.session().await.unwrap_err(), Failure::NotInstalled);
    let installed = Portal::on(bus.connect().await, APP).await.unwrap();
    assert!(installed.session().await.is_ok());
}

#[tokio::test]
async fn without_a_portal_on_the_bus_there_is_none() {
    let Some(bus) = bus::Bus::start() else { return };
    let found = Portal::on(bus.connect().await, APP).await;
    assert_eq!(found.unwrap_err(), Failure::NoPortal);
}

#[tokio::test]
async fn a_portal_without_the_interface_is_none() {
    let Some(bus) = bus::Bus::start() else { return };
    let _desktop = StandIn::without_hotkeys(&bus).await;
    let found = Portal::on(bus.connect().await, APP).await;
    assert_eq!(found.unwrap_err(), Failure::NoPortal);
}

#[tokio::test]
async fn a_player_who_says_no_is_a_refusal_and_another_end_is_not() {
    let Some(bus) = bus::Bus::start() else { return };
    let desktop = StandIn::on(&bus, Mood::Refuses).await;
    let refused = session(&bus).await.bind(&wishes(), pending()).await;
    assert_eq!(refused.unwrap_err(), Failure::Refused);
    desktop.turns(Mood::Fails);
    let failed = session(&bus).await.bind(&wishes(), pending()).await;
    assert!(matches!(failed, Err(Failure::Failed(_))), "{failed:?}");
}

#[tokio::test]
async fn the_desktops_keys_count_where_they_are_others_than_was_wished() {
    let Some(bus) = bus::Bus::start() else { return };
    let _desktop = StandIn::on(&bus, Mood::GrantsOthers).await;
    let given = session(&bus).await.bind(&wishes(), pending()).await.unwrap();
    assert_eq!(given, [given_as("mark_chapter", "Press <super>m")], "and not all was granted");
}

#[tokio::test]
async fn where_the_answer_has_no_list_the_session_is_asked_for_it() {
    let Some(bus) = bus::Bus::start() else { return };
    let _desktop = StandIn::on(&bus, Mood::GrantsInSilence).await;
    let given = session(&bus).await.bind(&wishes(), pending()).await.unwrap();
    assert_eq!(given[0], given_as("mark_chapter", "Press CTRL+SHIFT+F11"));
}

#[tokio::test]
async fn a_press_is_told_by_its_id_and_another_sessions_is_not() {
    let Some(bus) = bus::Bus::start() else { return };
    let desktop = StandIn::on(&bus, Mood::Grants).await;
    let mut session = session(&bus).await;
    session.bind(&wishes(), pending()).await.unwrap();
    desktop.presses_in_another_session("pause_upload").await;
    desktop.presses("mark_chapter").await;
    assert_eq!(session.next().await, News::Pressed("mark_chapter".to_owned()));
}

#[tokio::test]
async fn keys_that_the_player_changes_in_the_desktop_are_told() {
    let Some(bus) = bus::Bus::start() else { return };
    let desktop = StandIn::on(&bus, Mood::Grants).await;
    let mut session = session(&bus).await;
    session.bind(&wishes(), pending()).await.unwrap();
    let long = "x".repeat(KEYS_LETTERS_MAX + 1);
    desktop.changes("mark_chapter", &long).await;
    let cut = given_as("mark_chapter", &long[1..]);
    assert_eq!(session.next().await, News::Changed(vec![cut]));
}

#[tokio::test]
async fn a_session_that_the_desktop_ends_is_over() {
    let Some(bus) = bus::Bus::start() else { return };
    let desktop = StandIn::on(&bus, Mood::Grants).await;
    let mut session = session(&bus).await;
    desktop.closes_the_session().await;
    assert_eq!(session.next().await, News::Closed);
}

#[tokio::test]
async fn a_portal_that_ends_takes_its_sessions_along() {
    let Some(bus) = bus::Bus::start() else { return };
    let desktop = StandIn::on(&bus, Mood::Grants).await;
    let mut session = session(&bus).await;
    desktop.ends().await;
    assert_eq!(session.next().await, News::Closed);
}

#[tokio::test]
async fn a_portal_that_ends_while_it_asks_answers_no_more() {
    let Some(bus) = bus::Bus::start() else { return };
    let desktop = StandIn::on(&bus, Mood::Waits).await;
    let session = session(&bus).await;
    let wishes = wishes();
    let (answer, ()) = tokio::join!(session.bind(&wishes, pending()), async {
        desktop.is_asked().await;
        desktop.ends().await;
    });
    assert_eq!(answer.unwrap_err(), Failure::NoPortal);
}

#[tokio::test]
async fn a_question_that_is_taken_back_leaves_no_dialog() {
    let Some(bus) = bus::Bus::start() else { return };
    let desktop = StandIn::on(&bus, Mood::Waits).await;
    let session = session(&bus).await;
    let answer = session.bind(&wishes(), desktop.is_asked()).await;
    assert_eq!(answer.unwrap_err(), Failure::Withdrawn);
    assert!(desktop.took_its_question_back(), "its dialog would stand over the game");
    session.close().await;
    assert!(desktop.saw_the_session_closed());
}

#[tokio::test]
async fn the_desktops_page_of_the_keys_is_opened_where_it_has_one() {
    let Some(bus) = bus::Bus::start() else { return };
    let desktop = StandIn::on(&bus, Mood::Grants).await;
    let portal = Portal::on(bus.connect().await, APP).await.unwrap();
    assert!(portal.configures());
    let session = portal.session().await.unwrap();
    session.configure().await.unwrap();
    desktop.opens_its_page().await;
    desktop.turns(Mood::IsOfVersionOne);
    let portal = Portal::on(bus.connect().await, APP).await.unwrap();
    assert!(!portal.configures());
}

#[tokio::test]
async fn hotkeys_are_bound_once_a_session_and_again_in_another() {
    let Some(bus) = bus::Bus::start() else { return };
    let _desktop = StandIn::on(&bus, Mood::Grants).await;
    let portal = Portal::on(bus.connect().await, APP).await.unwrap();
    let first = portal.session().await.unwrap();
    first.bind(&wishes(), pending()).await.unwrap();
    assert!(first.bind(&wishes(), pending()).await.is_err(), "the interface says so");
    first.close().await;
    let second = portal.session().await.unwrap();
    assert_eq!(second.bind(&wishes(), pending()).await.unwrap().len(), 2);
}

#[tokio::test]
async fn what_was_withdrawn_before_it_was_asked_is_withdrawn() {
    let Some(bus) = bus::Bus::start() else { return };
    let desktop = StandIn::on(&bus, Mood::Waits).await;
    let answer = session(&bus).await.bind(&wishes(), ready(())).await;
    assert_eq!(answer.unwrap_err(), Failure::Withdrawn);
    assert!(desktop.took_its_question_back());
}

async fn session(bus: &bus::Bus) -> Session {
    let portal = Portal::on(bus.connect().await, APP).await.expect("there is a portal");
    portal.session().await.expect("it gives a session")
}

fn wishes() -> [Wish; 2] {
    let wish = |id: &str, description: &str, preferred: Option<&str>| Wish {
        id: id.to_owned(),
        description: description.to_owned(),
        preferred: preferred.map(str::to_owned),
    };
    [
        wish("mark_chapter", "Ein Kapitel markieren", Some("CTRL+SHIFT+F11")),
        wish("pause_upload", "Upload zurückhalten", None),
    ]
}

fn given_as(id: &str, keys: &str) -> Given {
    Given { id: id.to_owned(), keys: Some(keys.to_owned()) }
}

fn unsaid(id: &str) -> Given {
    Given { id: id.to_owned(), keys: None }
}
