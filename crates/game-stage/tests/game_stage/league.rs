//! League's server, asked by a client that checks its certificate.

use std::{net::SocketAddr, sync::Arc};

use event_model::{Channel::Poll, Frame, Reading};
use game_stage::{
    Authority, LeagueClientStage, LeagueServer, Played, RecordedLeague, play_league,
    play_league_beside,
};
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
        let client = asking(&std::fs::read(root_file).unwrap(), server.port());
        let url = format!("https://rclient.example:{}/liveclientdata/allgamedata", server.port());
        Self { client, url, server }
    }

    fn play(self, conductor: game_stage::Conductor) -> Playing {
        let Self { client, url, server } = self;
        Playing { client, url, task: tokio::spawn(play_league(server, conductor)) }
    }
}

/// Somebody who asks under this root.
fn asking(root: &[u8], port: u16) -> Client {
    rustls::crypto::ring::default_provider().install_default().ok();
    // The leaf's own name, led to loopback: this client checks names.
    Client::builder()
        .no_proxy()
        .tls_certs_only([Certificate::from_pem(root).unwrap()])
        .resolve("rclient.example", SocketAddr::from(([127, 0, 0, 1], port)))
        .build()
        .unwrap()
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

/// What the League client said in a recording.
fn of_client(body: &str) -> Reading {
    let mut frame = Frame::new(Poll, body);
    frame.path = Some("/lol-gameflow/v1/session".to_owned());
    Reading::Frame(frame)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_client_said_is_never_said_by_the_game() {
    let script = vec![frame(Poll, "1"), of_client("the client's"), frame(Poll, "2")];
    let (conductor, steps) = stepped(script);
    let playing = Stage::new().await.play(conductor);
    playing.ask().await;
    for expected in ["1", "1", "2"] {
        steps.send(()).await.unwrap();
        playing.ask_until(document(expected)).await;
    }
    drop(steps);
    playing.ask_until(document("2")).await;
    playing.ask_until(Seen::Refused).await;
    assert_eq!(playing.task.await.unwrap().unwrap().frames, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_client_beside_it_says_it_to_whoever_has_the_lockfiles_password() {
    let folder = tempfile::tempdir().unwrap();
    let root_file = folder.path().join("root.pem");
    let authority = Authority::new(&root_file).unwrap();
    let game = Arc::<RecordedLeague>::default();
    let server = LeagueServer::bind(0, &authority, Arc::clone(&game)).await.unwrap();
    let clients = folder.path().join("client");
    let says = game.client_says();
    let client = LeagueClientStage::start(&clients, &authority, says).await.unwrap();
    let lockfile = std::fs::read_to_string(clients.join("lockfile")).unwrap();
    let parts: Vec<&str> = lockfile.split(':').collect();
    let ["LeagueClient", _, port, password, "https"] = parts[..] else { panic!("{lockfile}") };

    let root = std::fs::read(root_file).unwrap();
    let asking = asking(&root, port.parse().unwrap());
    let url = |path: &str| format!("https://rclient.example:{port}{path}");
    let session = url("/lol-gameflow/v1/session");
    let ask = |password: &str| asking.get(&session).basic_auth("riot", Some(password)).send();
    let document = format!("https://rclient.example:{}/liveclientdata/allgamedata", server.port());

    let (conductor, steps) = stepped(vec![frame(Poll, "1"), of_client("match 7")]);
    let task = tokio::spawn(play_league_beside(server, client, conductor));
    assert_eq!(ask("another").await.unwrap().status(), StatusCode::UNAUTHORIZED);
    let before = ask(password).await.unwrap().status();
    assert_eq!(before, StatusCode::NOT_FOUND, "nothing was said yet");
    let posted = asking.post(&session).basic_auth("riot", Some(password)).send().await.unwrap();
    assert_eq!(posted.status(), StatusCode::METHOD_NOT_ALLOWED);
    asking.get(&document).send().await.unwrap();
    for _ in 0..2 {
        steps.send(()).await.unwrap();
    }
    while ask(password).await.unwrap().text().await.unwrap() != "match 7" {}
    drop(steps);
    while asking.get(&document).send().await.is_ok() {}
    assert_eq!(task.await.unwrap().unwrap().frames, 2);
    assert!(!clients.join("lockfile").exists(), "it goes with the client");
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
