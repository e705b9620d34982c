//! League's server, asked by a client that checks its certificate.

use std::{net::SocketAddr, sync::Arc};

use event_model::{Channel::Poll, Reading};
use game_stage::{Authority, LeagueServer, Played, RecordedLeague, play_league};
use reqwest::{Certificate, Client, StatusCode};
use tokio::task::JoinHandle;

use crate::support::{at_max, fault, frame, stepped};

struct Stage {
    client: Client,
    url: String,
    server: LeagueServer<RecordedLeague>,
}

impl Stage {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root_file = folder.path().join("root.pem");
        let authority = Authority::new(&root_file).unwrap();
        let server = LeagueServer::bind(0, &authority, Arc::default()).await.unwrap();
        rustls::crypto::ring::default_provider().install_default().ok();
        let root = Certificate::from_pem(&std::fs::read(root_file).unwrap()).unwrap();
        // The leaf's own name, led to loopback: this client checks names.
        let client = Client::builder()
            .no_proxy()
            .tls_certs_only([root])
            .resolve("rclient.example", SocketAddr::from(([127, 0, 0, 1], server.port())))
            .build()
            .unwrap();
        let url = format!("https://rclient.example:{}/liveclientdata/allgamedata", server.port());
        Self { client, url, server }
    }

    fn play(self, conductor: game_stage::Conductor) -> Playing {
        let Self { client, url, server } = self;
        Playing { client, url, task: tokio::spawn(play_league(server, conductor)) }
    }
}

struct Playing {
    client: Client,
    url: String,
    task: JoinHandle<anyhow::Result<Played>>,
}

/// What a question came to.
#[derive(Debug, PartialEq)]
enum Seen {
    Answer(StatusCode, String),
    Refused,
    WrongCertificate,
}

impl Playing {
    async fn ask(&self) -> Seen {
        match self.client.get(&self.url).send().await {
            Ok(response) => {
                let status = response.status();
                Seen::Answer(status, response.text().await.unwrap())
            }
            Err(error) => {
                let words = format!("{error:?}");
                match words.contains("UnknownIssuer") || words.contains("BadSignature") {
                    true => Seen::WrongCertificate,
                    false => Seen::Refused,
                }
            }
        }
    }

    async fn ask_until(&self, wanted: Seen) {
        while self.ask().await != wanted {
            tokio::task::yield_now().await;
        }
    }
}

fn document(text: &str) -> Seen {
    Seen::Answer(StatusCode::OK, text.to_owned())
}

fn readings(bodies: &[&str]) -> Vec<Reading> {
    bodies.iter().map(|body| frame(Poll, body)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn at_the_highest_tempo_each_document_is_seen_once_in_order_and_the_last_till_the_end() {
    let playing = Stage::new().await.play(at_max(readings(&["1", "2", "3"])));
    let loading = playing.ask().await;
    assert!(matches!(loading, Seen::Answer(StatusCode::NOT_FOUND, _)), "{loading:?}");
    let mut seen = Vec::new();
    loop {
        match playing.ask().await {
            Seen::Answer(StatusCode::OK, text) => seen.push(text),
            Seen::Answer(..) => {}
            Seen::Refused | Seen::WrongCertificate => break,
        }
    }
    seen.dedup();
    assert_eq!(seen, ["1", "2", "3"]);
    assert_eq!(playing.task.await.unwrap().unwrap().frames, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn failures_are_played_as_what_they_were() {
    let script = vec![
        frame(Poll, "1"),
        fault(Poll, "unexpected answer with status 503"),
        fault(Poll, "certificate not accepted: invalid peer certificate: UnknownIssuer"),
        fault(Poll, "no match is running (connection refused)"),
        frame(Poll, "2"),
    ];
    let (conductor, steps) = stepped(script);
    let playing = Stage::new().await.play(conductor);
    assert!(matches!(playing.ask().await, Seen::Answer(StatusCode::NOT_FOUND, _)));
    let unavailable = Seen::Answer(StatusCode::SERVICE_UNAVAILABLE, String::new());
    let expected = [document("1"), unavailable, Seen::WrongCertificate, Seen::Refused];
    for expected in expected.into_iter().chain([document("2")]) {
        steps.send(()).await.unwrap();
        playing.ask_until(expected).await;
    }
    drop(steps);
    playing.ask_until(document("2")).await;
    playing.ask_until(Seen::Refused).await;
    let played = playing.task.await.unwrap().unwrap();
    assert_eq!((played.frames, played.faults), (2, 3));
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_one_document_is_served() {
    let (conductor, steps) = stepped(readings(&["1"]));
    let playing = Stage::new().await.play(conductor);
    playing.ask().await;
    steps.send(()).await.unwrap();
    playing.ask_until(document("1")).await;
    let other = playing.url.replace("allgamedata", "playerlist");
    let status = playing.client.get(other).send().await.unwrap().status();
    assert_eq!(status, StatusCode::NOT_FOUND);
}
