//! How a device gets its token.

use axum::{
    Json, Router,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::post,
};
use event_model::{DeviceId, NamesKey};
use ingest_api::{Enrolled, Enrolment, Problem, ProblemKind};
use tokio::net::TcpListener;
use uploader::{EnrolError, EnrolledDevice, ExtraRoots, ServerUrl, enrol};
use uuid::Uuid;

use crate::support::token;

async fn register(headers: HeaderMap, body: String) -> Response {
    let enrolment: Enrolment = serde_json::from_str(&body).expect("the body is an enrolment");
    let problem = |kind: ProblemKind| {
        let status = StatusCode::from_u16(kind.status()).expect("a problem has a real status");
        (status, Json(Problem::new(kind, "why"))).into_response()
    };
    if headers["authorization"] != "Bearer key" {
        return problem(ProblemKind::Unauthenticated);
    }
    match enrolment.name.as_str() {
        "twice" => problem(ProblemKind::AlreadyEnrolled),
        "hotel" => "<html>Welcome</html>".into_response(),
        "other" => {
            let enrolled = Enrolled { device: Uuid::nil(), token: "t".to_owned(), names_key: None };
            (StatusCode::CREATED, Json(enrolled)).into_response()
        }
        name => {
            let names_key = match name {
                "old server" => None,
                "mad server" => Some("no key".to_owned()),
                _ => Some("ab".repeat(NamesKey::BYTES)),
            };
            let enrolled =
                Enrolled { device: enrolment.device, token: "t0ken".to_owned(), names_key };
            (StatusCode::CREATED, Json(enrolled)).into_response()
        }
    }
}

async fn enrolled(key: &str, name: &str) -> Result<EnrolledDevice, EnrolError> {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let address = listener.local_addr().expect("a bound socket has an address");
    let router = Router::new().route("/v1/devices", post(register));
    tokio::spawn(async move { axum::serve(listener, router).await });
    let server: ServerUrl = format!("http://{address}").parse().expect("loopback is allowed");
    let device = DeviceId(Uuid::from_u128(0xD));
    enrol(&server, &ExtraRoots::default(), &token(key), device, name, &token("wished")).await
}

#[tokio::test]
async fn a_right_key_gets_a_token() {
    assert_eq!(enrolled("key", "PC").await.unwrap().token.reveal(), "t0ken");
}

#[tokio::test]
async fn the_key_of_names_comes_with_the_token_where_the_server_has_one() {
    let key = NamesKey::new([0xab; NamesKey::BYTES]);
    assert_eq!(enrolled("key", "PC").await.unwrap().names_key, Some(key));
    assert_eq!(enrolled("key", "old server").await.unwrap().names_key, None);
    let mad = enrolled("key", "mad server").await;
    assert!(matches!(mad, Err(EnrolError::Answered { status: 201, .. })), "{mad:?}");
}

#[tokio::test]
async fn a_wrong_key_is_told_apart_from_a_device_known_before() {
    assert!(matches!(enrolled("wrong", "PC").await, Err(EnrolError::KeyRefused)));
    assert!(matches!(enrolled("key", "twice").await, Err(EnrolError::AlreadyEnrolled)));
}

#[tokio::test]
async fn an_answer_that_is_no_enrolment_gives_no_token() {
    let hotel = enrolled("key", "hotel").await;
    assert!(matches!(hotel, Err(EnrolError::Answered { status: 200, detail: None })), "{hotel:?}");
    let other = enrolled("key", "other").await;
    assert!(matches!(other, Err(EnrolError::Answered { status: 201, .. })), "another device's");
}
