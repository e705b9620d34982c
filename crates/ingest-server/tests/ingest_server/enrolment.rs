//! `POST /v1/devices`.

use std::time::Duration;

use event_model::{Clock, DeviceId, WallTime};
use ingest_api::{Enrolled, ProblemKind};
use ingest_server::Config;
use ingest_store::{NewEnrolmentKey, Token};
use reqwest::StatusCode;
use uuid::Uuid;

use crate::{
    overload::lock,
    raw::{Answered, Raw},
    support::{ENROLMENT_KEY, TestServer, send},
};

#[tokio::test]
async fn a_device_enrols_once_and_is_known_again_by_its_token() {
    let server = TestServer::start().await;
    let device = server.enrol(1).await;
    let again = server.try_enrol(device.id, ENROLMENT_KEY).await;
    assert_eq!(again.problem(), ProblemKind::AlreadyEnrolled);
    let shown = server.try_enrol(device.id, &device.token).await;
    assert_eq!(shown.status, StatusCode::CREATED);
    assert_eq!(shown.json::<Enrolled>().token, device.token);
}

#[tokio::test]
async fn a_device_whose_answer_was_lost_asks_again_with_the_token_it_wished_for() {
    let server = TestServer::start().await;
    let wish = |token: &str| {
        let body = format!(r#"{{"device":"{}","name":"PC","token":"{token}"}}"#, Uuid::nil());
        let request = server.client.post(server.url("/v1/devices")).body(body);
        send(request.bearer_auth(ENROLMENT_KEY))
    };
    let own = "own-token-that-was-kept-before-it-was-asked-for";
    assert_eq!(wish(own).await.json::<Enrolled>().token, own);
    let again = wish(own).await;
    assert_eq!(again.status, StatusCode::CREATED);
    assert_eq!(again.json::<Enrolled>().token, own);
    let other = wish("another-token-of-somebody-else-entirely").await;
    assert_eq!(other.problem(), ProblemKind::AlreadyEnrolled);
    assert_eq!(wish("short").await.problem(), ProblemKind::BadRequest);
}

#[tokio::test]
async fn another_devices_token_enrols_nobody() {
    let server = TestServer::start().await;
    let (one, other) = (server.enrol(1).await, server.enrol(2).await);
    let reply = server.try_enrol(one.id, &other.token).await;
    assert_eq!(reply.problem(), ProblemKind::Unauthenticated, "nor learns who is enrolled");
    let reply = server.try_enrol(DeviceId(Uuid::from_u128(3)), &other.token).await;
    assert_eq!(reply.problem(), ProblemKind::Unauthenticated);
}

#[tokio::test]
async fn a_token_that_another_device_has_is_not_given_twice() {
    let server = TestServer::start().await;
    let taken = server.enrol(1).await.token;
    let body = format!(r#"{{"device":"{}","name":"PC","token":"{taken}"}}"#, Uuid::from_u128(2));
    let wish = |key: &str| {
        let request = server.client.post(server.url("/v1/devices")).body(body.clone());
        send(request.bearer_auth(key))
    };
    assert_eq!(wish(ENROLMENT_KEY).await.problem(), ProblemKind::AlreadyEnrolled);
    let stranger = wish("wrong").await.problem();
    assert_eq!(stranger, ProblemKind::Unauthenticated, "no key, no word on tokens");
}

#[tokio::test]
async fn a_wrong_key_opens_nothing() {
    let server = TestServer::start().await;
    let reply = server.try_enrol(DeviceId(Uuid::from_u128(1)), "wrong").await;
    assert_eq!(reply.problem(), ProblemKind::Unauthenticated);
    assert!(server.shell().devices().unwrap().is_empty());
}

/// Sends the head of an enrolment and no body; gives what is said to it: 100
/// where the body is waited for.
async fn drip(server: &TestServer, credential: &str) -> (Raw, Answered) {
    let mut raw = Raw::connect(&server.url).await;
    let head = format!(
        "POST /v1/devices HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {credential}\r\n\
         Content-Length: 100\r\nExpect: 100-continue\r\n\r\n"
    );
    raw.send(head.as_bytes()).await;
    let said = raw.answer().await;
    (raw, said)
}

#[tokio::test]
async fn strangers_that_drip_their_enrolments_take_no_place_of_those_who_send() {
    let server = TestServer::start_with(|config| config.bounds.concurrent_requests_max = 2).await;
    let device = server.enrol(1).await;
    let reader = server.reader();
    let mut open = Vec::new();
    for credential in ["wrong", "wrong", &reader, &reader] {
        let (stranger, said) = drip(&server, credential).await;
        assert_eq!(said.problem().kind(), Some(ProblemKind::Unauthenticated));
        open.push(stranger);
    }
    let sent = server.post(&device, &[device.kill("a", 1, 1)]).await;
    assert_eq!(sent.verdicts(), ["stored"]);
}

/// As many keys as it takes to hold every place.
fn keys(server: &TestServer) -> Vec<String> {
    (0..Config::ENROLMENTS_MAX / Config::CREDENTIAL_ENROLMENTS_MAX)
        .map(|number| add_key(server, &format!("key-{number}-that-is-long-enough"), None))
        .collect()
}

fn add_key(server: &TestServer, key: &str, expires_at: Option<WallTime>) -> String {
    let new = NewEnrolmentKey { name: key.to_owned(), expires_at, uses_max: None };
    let now = server.clock.now().wall;
    server.shell().add_enrolment_key(&Token::from_text(key), &new, now).unwrap();
    key.to_owned()
}

#[tokio::test]
async fn what_opens_nothing_any_more_is_refused_before_the_body() {
    let server = TestServer::start().await;
    let (device, now) = (server.enrol(1).await, server.clock.now().wall);
    let expired = add_key(&server, "a-key-whose-time-is-over", Some(now));
    server.shell().revoke_device(device.id, now).unwrap();
    server.clock.advance_ms(500);
    let (_, said) = drip(&server, &expired).await;
    assert_eq!(said.problem().kind(), Some(ProblemKind::Unauthenticated));
    let (_, said) = drip(&server, &device.token).await;
    assert_eq!(said.problem().kind(), Some(ProblemKind::Revoked));
}

#[tokio::test]
async fn who_has_a_key_holds_few_places_with_enrolments_that_drip() {
    let server = TestServer::start_with(|config| {
        config.bounds.concurrent_requests_max = Config::ENROLMENTS_MAX + 1;
    })
    .await;
    let device = server.enrol(1).await;
    let mut dripping = Vec::new();
    for key in keys(&server) {
        for _ in 0..Config::CREDENTIAL_ENROLMENTS_MAX {
            let shown = server.try_enrol(device.id, &device.token).await;
            assert_eq!(shown.status, StatusCode::CREATED, "others have their own places");
            let (one, said) = drip(&server, &key).await;
            assert_eq!(said.status, 100);
            dripping.push(one);
        }
        let (_, refused) = drip(&server, &key).await;
        assert_eq!(refused.problem().kind(), Some(ProblemKind::Overloaded));
        assert!(refused.header("retry-after").is_some());
    }
    let sent = server.post(&device, &[device.kill("a", 1, 1)]).await;
    assert_eq!(sent.verdicts(), ["stored"]);
    let shown = server.try_enrol(device.id, &device.token).await;
    assert_eq!(shown.problem(), ProblemKind::Overloaded, "all places are taken");
    drop(dripping);
}

/// It waits for the five seconds that an operator cannot set: a body has sixty.
#[tokio::test]
async fn an_enrolment_that_drips_loses_its_place_soon() {
    let server = TestServer::start().await;
    let (mut raw, said) = drip(&server, ENROLMENT_KEY).await;
    assert_eq!(said.status, 100);
    assert_eq!(Answered::of(&raw.rest().await).status, 408);
}

#[tokio::test]
async fn a_token_is_not_waited_for_for_ever() {
    let server = TestServer::start_with(|config| {
        config.bounds.answer_timeout = Duration::from_millis(50);
        config.store.busy_timeout = Duration::from_mins(1);
    })
    .await;
    let shell = lock(&server.data_dir);
    let waited = server.try_enrol(DeviceId(Uuid::from_u128(1)), ENROLMENT_KEY).await;
    assert_eq!(waited.problem(), ProblemKind::Overloaded);
    assert!(waited.header("retry-after").is_some());
    shell.execute_batch("ROLLBACK").unwrap();
}

#[tokio::test]
async fn a_wish_of_another_form_is_refused() {
    let server = TestServer::start().await;
    let long = format!(r#"{{"device":"{}","name":"{}"}}"#, Uuid::nil(), "x".repeat(101));
    let empty = format!(r#"{{"device":"{}","name":" "}}"#, Uuid::nil());
    for body in ["", "[]", r#"{"device":"x","name":"PC"}"#, &long, &empty] {
        let request = server.client.post(server.url("/v1/devices")).body(body.to_owned());
        let reply = send(request.bearer_auth(ENROLMENT_KEY)).await;
        assert_eq!(reply.problem(), ProblemKind::BadRequest, "{body}");
    }
}
