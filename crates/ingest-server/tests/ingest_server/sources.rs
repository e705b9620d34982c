//! What devices are asked not to read.

use event_model::Source;
use ingest_api::{ProblemKind, SourcePolicy, Switch};
use reqwest::StatusCode;

use crate::support::{TestServer, send};

const PATH: &str = "/v1/sources";

#[tokio::test]
async fn a_device_is_shown_what_the_operator_turned_off_while_the_server_runs() {
    let server = TestServer::start().await;
    let device = server.enrol(1).await;
    let asked = || server.get(&device.token, PATH);
    assert_eq!(asked().await.json::<SourcePolicy>(), SourcePolicy::default());
    let cs2 = Switch::Source(Source::Cs2);
    ingest_server::turn_off(server.data_dir.path(), cs2, Some("wait for 1.2")).unwrap();
    let read = asked().await.json::<SourcePolicy>().read();
    assert_eq!(read.into_iter().collect::<Vec<_>>(), [(cs2, "wait for 1.2".to_owned())]);
    ingest_server::turn_off(server.data_dir.path(), cs2, None).unwrap();
    assert_eq!(asked().await.json::<SourcePolicy>(), SourcePolicy::default());
}

#[tokio::test]
async fn a_stranger_is_shown_nothing() {
    let server = TestServer::start().await;
    let reply = send(server.client.get(server.url(PATH))).await;
    assert_eq!(reply.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn what_cannot_be_read_is_no_answer_that_turns_everything_on() {
    let server = TestServer::start().await;
    let device = server.enrol(1).await;
    std::fs::write(server.data_dir.path().join("turned-off.json"), "{").unwrap();
    assert_eq!(server.get(&device.token, PATH).await.problem(), ProblemKind::Overloaded);
}
