//! Both games on real sockets, fast.

use std::{
    net::SocketAddr,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use axum::{Router, extract::State, http::HeaderMap, routing::post};
use boot_clock::BootClock;
use reqwest::{Certificate, Client, StatusCode};
use serde_json::Value;
use simulator::{
    Announcement, Cs2Match, Cs2Stage, LeagueMatch, LeagueStage, Length, Show, Speed, Truth, serve,
};
use tokio::{net::TcpListener, sync::mpsc, task::JoinHandle};

const TOKEN: &str = "abcdefghijklmnop";

/// Ten seconds of match in a fraction of one.
fn show() -> Show {
    let length = Length::seconds(10);
    Show {
        seed: 7,
        length,
        speed: Speed::times(25.0).unwrap(),
        league: None,
        cs2: None,
        truth: None,
    }
}

struct Playing {
    announced: mpsc::Receiver<Announcement>,
    task: JoinHandle<anyhow::Result<Truth>>,
}

fn play(show: Show) -> Playing {
    let (announcements, announced) = mpsc::channel(8);
    let task = tokio::spawn(serve(show, Arc::new(BootClock::new()), announcements));
    Playing { announced, task }
}

fn client_of(root: &Path, port: u16) -> Client {
    rustls::crypto::ring::default_provider().install_default().ok();
    let root = Certificate::from_pem(&std::fs::read(root).unwrap()).unwrap();
    // The leaf's own name, led to loopback: this client checks names.
    Client::builder()
        .no_proxy()
        .tls_certs_only([root])
        .resolve("rclient.example", SocketAddr::from(([127, 0, 0, 1], port)))
        .build()
        .unwrap()
}

#[tokio::test]
async fn league_loads_plays_ends_and_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("root.pem");
    let truth_file = folder.path().join("truth.json");
    let stage = LeagueStage { port: 0, root: root.clone() };
    let mut playing = play(Show { league: Some(stage), truth: Some(truth_file.clone()), ..show() });
    let Some(Announcement::League { port }) = playing.announced.recv().await else {
        panic!("League was asked for")
    };
    assert_eq!(playing.announced.recv().await, Some(Announcement::Ready));

    let client = client_of(&root, port);
    let url = format!("https://rclient.example:{port}/liveclientdata/allgamedata");
    let first = client.get(&url).send().await.unwrap();
    assert_eq!(first.status(), StatusCode::NOT_FOUND, "the loading screen");
    let mut last = Value::Null;
    while let Ok(response) = client.get(&url).send().await {
        if response.status() == StatusCode::OK {
            last = serde_json::from_str(&response.text().await.unwrap()).unwrap();
        }
    }
    let listed = last["events"]["Events"].as_array().unwrap();
    let expected = LeagueMatch::new(7, Length::seconds(10)).truth();
    assert_eq!(listed.len(), expected.events.len(), "the end was shown before the process ended");
    assert_eq!(listed.last().unwrap()["EventName"], "GameEnd");

    let truth = playing.task.await.unwrap().unwrap();
    assert_eq!(truth.sessions, [expected]);
    let written: Truth =
        serde_json::from_str(&std::fs::read_to_string(truth_file).unwrap()).unwrap();
    assert_eq!(written, truth);
}

/// A listener that refuses the first few requests, as one that starts late.
#[derive(Clone)]
struct Listener {
    bodies: mpsc::UnboundedSender<(Option<String>, Value)>,
    to_refuse: Arc<AtomicU64>,
}

async fn take(State(listener): State<Listener>, headers: HeaderMap, body: String) -> StatusCode {
    let left = listener.to_refuse.load(Ordering::Relaxed);
    if left > 0 {
        listener.to_refuse.store(left - 1, Ordering::Relaxed);
        return StatusCode::SERVICE_UNAVAILABLE;
    }
    let agent = headers.get("user-agent").and_then(|agent| Some(agent.to_str().ok()?.to_owned()));
    listener.bodies.send((agent, serde_json::from_str(&body).unwrap())).unwrap();
    StatusCode::OK
}

async fn listen(to_refuse: u64) -> (String, mpsc::UnboundedReceiver<(Option<String>, Value)>) {
    let (bodies, received) = mpsc::unbounded_channel();
    let listener = Listener { bodies, to_refuse: Arc::new(AtomicU64::new(to_refuse)) };
    let app = Router::new().fallback(post(take)).with_state(listener);
    let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", socket.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(socket, app).await });
    (url, received)
}

#[tokio::test]
async fn counter_strike_posts_its_match_once_a_listener_is_there() {
    let (url, mut received) = listen(1).await;
    let stage = Cs2Stage { url: url.clone(), token: TOKEN.to_owned() };
    let mut playing = play(Show { cs2: Some(stage), ..show() });
    assert_eq!(playing.announced.recv().await, Some(Announcement::Cs2 { url }));

    let truth = playing.task.await.unwrap().unwrap();
    assert_eq!(truth.sessions, [Cs2Match::new(7, Length::seconds(10)).truth()]);
    let mut bodies = Vec::new();
    while let Ok((agent, body)) = received.try_recv() {
        assert_eq!(agent.as_deref(), Some("Valve/Steam HTTP Client 1.0 (730)"));
        assert_eq!(body["auth"]["token"], TOKEN);
        bodies.push(body);
    }
    let own = |body: &&Value| body["player"]["steamid"] == body["provider"]["steamid"];
    let last_own = bodies.iter().rfind(|body| own(body) && body["map"].is_object()).unwrap();
    let events = &truth.sessions[0].events;
    let last_kill = events.iter().rfind(|event| event.kind == "kill").unwrap();
    assert_eq!(last_own["player"]["match_stats"]["kills"].as_u64(), last_kill.ordinal);
    assert!(bodies.iter().any(|body| body["map"]["phase"] == "gameover"), "played to the end");
    assert!(bodies.last().unwrap()["map"].is_null(), "and back to the menu");
}

/// What a request shows of the match, without what belongs to its sending.
fn shown(mut body: Value) -> Value {
    for name in ["auth", "provider", "previously", "added"] {
        body.as_object_mut().unwrap().remove(name);
    }
    body
}

/// A beat takes 6 ms here, and a request longer.
#[tokio::test]
async fn a_machine_that_is_too_slow_for_the_match_is_shown_all_of_it() {
    let (url, mut received) = listen(0).await;
    let stage = Cs2Stage { url, token: TOKEN.to_owned() };
    let playing = play(Show { cs2: Some(stage), speed: Speed::times(50.0).unwrap(), ..show() });
    playing.task.await.unwrap().unwrap();
    let mut seen = Vec::new();
    while let Ok((_, body)) = received.try_recv() {
        seen.push(shown(body));
    }
    seen.dedup();
    let requests = Cs2Match::new(7, Length::seconds(10)).requests(TOKEN);
    let bodies = requests.iter().map(|request| serde_json::from_str(&request.body).unwrap());
    let mut expected: Vec<Value> = bodies.map(shown).collect();
    expected.dedup();
    assert_eq!(seen, expected);
}

#[tokio::test]
async fn a_port_that_is_taken_ends_the_show() {
    let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let port = taken.local_addr().unwrap().port();
    let stage = LeagueStage { port, root: folder.path().join("root.pem") };
    assert!(play(Show { league: Some(stage), ..show() }).task.await.unwrap().is_err());
}
