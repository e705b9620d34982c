//! Both games on real sockets, fast.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use axum::{Router, extract::State, http::HeaderMap, routing::post};
use boot_clock::BootClock;
use reqwest::{Certificate, Client, StatusCode};
use serde_json::Value;
use simulator::{
    Announcement, Attendance, Cs2Match, Cs2Teams, Dota2Match, GsiStage, LeagueMatch, LeagueStage,
    Length, RocketLeagueMatch, RocketLeagueStage, Show, Speed, Truth, serve,
};
use tokio::{io::AsyncReadExt, net::TcpListener, sync::mpsc, task::JoinHandle};

const TOKEN: &str = "abcdefghijklmnop";

/// Ten seconds of match in a fraction of one.
fn show() -> Show {
    let length = Length::seconds(10);
    Show {
        seed: 7,
        length,
        speed: Speed::times(25.0).unwrap(),
        league: None,
        cs2: Vec::new(),
        dota2: Vec::new(),
        rocket_league: None,
        valorant: Vec::new(),
        elite: None,
        hearthstone: None,
        truth: None,
        shared_truth: None,
    }
}

fn alone(port: u16, root: PathBuf) -> LeagueStage {
    let attendance = Attendance { clients: 1, ..Attendance::default() };
    LeagueStage { port, root, attendance, revival_percent: 0, clients_beside: None }
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
    let stage = alone(0, root.clone());
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
    let stage = GsiStage { url: url.clone(), token: TOKEN.to_owned() };
    let mut playing = play(Show { cs2: vec![stage], ..show() });
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
    let stage = GsiStage { url, token: TOKEN.to_owned() };
    let playing = play(Show { cs2: vec![stage], speed: Speed::times(50.0).unwrap(), ..show() });
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
    let stage = alone(port, folder.path().join("root.pem"));
    assert!(play(Show { league: Some(stage), ..show() }).task.await.unwrap().is_err());
}

#[tokio::test]
async fn clients_of_one_league_match_show_it_at_once_each_its_own_way() {
    let folder = tempfile::tempdir().unwrap();
    let (root, lines) = (folder.path().join("root.pem"), folder.path().join("truth.jsonl"));
    let attendance = Attendance { clients: 3, late: 1, returning: 0 };
    let stage = LeagueStage { attendance, ..alone(0, root.clone()) };
    let length = Length::seconds(200);
    let speed = Speed::times(50.0).unwrap();
    let shared_truth = Some(lines.clone());
    let mut playing = play(Show { league: Some(stage), length, speed, shared_truth, ..show() });
    let mut watching = Vec::new();
    while let Some(Announcement::League { port }) = playing.announced.recv().await {
        let client = client_of(&root, port);
        let url = format!("https://rclient.example:{port}/liveclientdata/allgamedata");
        watching.push(tokio::spawn(async move {
            let mut last = Value::Null;
            while let Ok(response) = client.get(&url).send().await {
                if response.status() == StatusCode::OK {
                    last = serde_json::from_str(&response.text().await.unwrap()).unwrap();
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            last
        }));
    }
    let truth = playing.task.await.unwrap().unwrap();
    let mut starts = Vec::new();
    for (watching, session) in watching.into_iter().zip(&truth.sessions) {
        let last = watching.await.unwrap();
        assert_eq!(last["activePlayer"]["riotId"], session.observer);
        let entries = last["events"]["Events"].as_array().unwrap();
        assert_eq!(entries.len(), session.events.len(), "{}", session.observer);
        starts.push(entries[0]["EventTime"].as_f64().unwrap());
    }
    assert!(starts[..2].iter().all(|start| *start < 0.05), "{starts:?}");
    assert!(starts[2] >= 60.0, "the late one's own start: {starts:?}");

    let written = std::fs::read_to_string(lines).unwrap();
    let mut lines = written.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let observers = lines.next().unwrap()["observers"].as_array().unwrap().clone();
    assert_eq!(observers.len(), 3);
    for (number, observer) in observers.iter().enumerate() {
        let seen = written
            .lines()
            .skip(1)
            .filter(|line| line.contains(observer["account"].as_str().unwrap()));
        assert_eq!(seen.count(), truth.sessions[number].events.len(), "{observer}");
    }
}

#[tokio::test]
async fn two_players_of_one_counter_strike_match_post_to_their_own_listeners() {
    let (first, mut seen_by_first) = listen(0).await;
    let (second, mut seen_by_second) = listen(2).await;
    let stages =
        [&first, &second].map(|url| GsiStage { url: url.clone(), token: TOKEN.to_owned() });
    let playing = play(Show { cs2: stages.to_vec(), length: Length::seconds(40), ..show() });
    let truth = playing.task.await.unwrap().unwrap();
    let clients = Cs2Teams::new(7, Length::seconds(40)).clients(2);
    assert_eq!(truth.sessions, [clients[0].truth(), clients[1].truth()]);
    for (seen, client) in [&mut seen_by_first, &mut seen_by_second].into_iter().zip(&clients) {
        let mut bodies = Vec::new();
        while let Ok((_, body)) = seen.try_recv() {
            bodies.push(shown(body));
        }
        bodies.dedup();
        let requests = client.requests(TOKEN);
        let expected = requests.iter().map(|request| serde_json::from_str(&request.body).unwrap());
        let mut expected: Vec<Value> = expected.map(shown).collect();
        expected.dedup();
        assert_eq!(bodies, expected);
    }
}

#[tokio::test]
async fn dota_posts_all_of_its_match_to_each_players_listener() {
    let (first, mut seen_by_first) = listen(0).await;
    let (second, mut seen_by_second) = listen(1).await;
    let stages =
        [&first, &second].map(|url| GsiStage { url: url.clone(), token: TOKEN.to_owned() });
    let playing = play(Show { dota2: stages.to_vec(), ..show() });
    let truth = playing.task.await.unwrap().unwrap();
    let game = Dota2Match::new(7, Length::seconds(10));
    let clients = game.clients(7, 2);
    assert_eq!(truth.sessions, [game.truth_of(&clients[0]), game.truth_of(&clients[1])]);
    for (seen, client) in [&mut seen_by_first, &mut seen_by_second].into_iter().zip(&clients) {
        let mut bodies = Vec::new();
        while let Ok((agent, body)) = seen.try_recv() {
            assert_eq!(agent.as_deref(), Some("Valve/Steam HTTP Client 1.0 (570)"));
            bodies.push(shown(body));
        }
        bodies.dedup();
        let requests = game.requests(client, TOKEN);
        let expected = requests.iter().map(|request| serde_json::from_str(&request.body).unwrap());
        let mut expected: Vec<Value> = expected.map(shown).collect();
        expected.dedup();
        assert_eq!(bodies, expected);
    }
}

#[tokio::test]
async fn rocket_league_sends_its_match_without_a_delimiter_to_whoever_connects() {
    let stage = RocketLeagueStage { port: 0, clients: 1 };
    let mut playing = play(Show { rocket_league: Some(stage), ..show() });
    let Some(Announcement::RocketLeague { port }) = playing.announced.recv().await else {
        panic!("Rocket League was asked for")
    };
    let mut stream = tokio::net::TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    let mut sent = String::new();
    stream.read_to_string(&mut sent).await.unwrap();
    let truth = playing.task.await.unwrap().unwrap();
    let game = RocketLeagueMatch::new(7, Length::seconds(10));
    let client = game.clients(7, 1)[0];
    assert_eq!(truth.sessions, [game.truth_of(&client)]);
    let expected: String = game.messages(&client).into_iter().map(|said| said.body).collect();
    assert_eq!(sent, expected);
}
