//! On another device, over real TLS.

use std::{
    io::{Read, Write},
    net::{Ipv4Addr, TcpStream},
    sync::Arc,
    time::Duration,
};

use reqwest::StatusCode;
use stream_page::{
    Audience, CODE_LIFE_MS, CodeEnd, CodeShown, DEVICES_MAX, Delay, LanPage, READERS_MAX,
    StreamPage, TRIES_MAX,
};
use tokio::{
    task::{JoinSet, spawn_blocking},
    time::Instant,
};

use crate::{
    browser::{Browser, code, wrong},
    told::{Files, LOOK, kill, shown, token},
};

/// So many are answered at once, and then one each [`COST_MS`]: as the listener's pace
/// has it.
const SAVED_MAX: u128 = 100;
const COST_MS: u128 = 50;

/// A flood of 800: what is saved up meanwhile would reach for all of them only if they
/// took more than half a minute.
const FLOODERS: usize = 8;
const REQUESTS: usize = 100;

#[tokio::test]
async fn the_code_lets_a_device_read_the_page_and_what_happens() {
    let page = served(shown()).await;
    let door = Browser::of(&page).get("/").await;
    let referrer = &door.headers()["referrer-policy"];
    assert_eq!(referrer, "same-origin", "else a browser's form hides where it stands");
    let door = door.text().await.unwrap();
    assert!(door.contains("six digits") && !door.contains("the page"), "{door}");
    let browser = Browser::of(&page).pair(&page).await;
    assert_eq!(page.devices(), 1);
    let html = browser.get("/").await;
    assert_eq!(html.headers()["cache-control"], "no-store");
    let policy = html.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.contains("default-src 'none'") && policy.contains("form-action 'self'"));
    assert!(html.text().await.unwrap().contains("the page"));
    assert!(browser.get("/assets/a.js").await.text().await.unwrap().contains("the script"));
    let mut reader = browser.reader().await;
    reader.until("\"surface\":\"device\"").await;
    page.tell(kill("a"));
    reader.until("\"a\"").await;
}

#[tokio::test]
async fn the_certificate_is_the_one_whose_fingerprint_is_shown_and_each_run_has_its_own() {
    let (page, other) = (served(shown()).await, served(shown()).await);
    assert_ne!(page.fingerprint(), other.fingerprint());
    let deceived = Browser::trusting(&page, other.fingerprint());
    assert!(deceived.asks("/").send().await.is_err(), "another certificate is not it");
    assert!(Browser::of(&page).asks("/").send().await.is_ok());
}

#[tokio::test]
async fn without_a_code_there_is_the_door_and_nothing_else() {
    let page = served(shown()).await;
    page.tell(kill("a"));
    let stranger = Browser::of(&page);
    let invented = format!("__Host-ringside-stream={}", token().expose());
    for browser in [&stranger, &Browser::of(&page).with_cookie(&invented)] {
        assert!(browser.get("/").await.text().await.unwrap().contains("six digits"));
        assert_eq!(browser.get("/events").await.status(), StatusCode::UNAUTHORIZED);
        assert_eq!(browser.get("/assets/a.js").await.status(), StatusCode::UNAUTHORIZED);
    }
    let paired = Browser::of(&page).pair(&page).await;
    for path in ["/stream.html", "/main.html", "/assets/b.js", "/assets/../main.html"] {
        assert_eq!(paired.get(path).await.status(), StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn five_wrong_codes_end_it_whoever_typed_them() {
    let page = served(shown()).await;
    let (right, wrong) = (code(&page), wrong(&page));
    for _ in 1..TRIES_MAX {
        assert_eq!(Browser::of(&page).tries(&wrong).await.status(), StatusCode::FORBIDDEN);
    }
    assert_eq!(Browser::of(&page).tries(&wrong).await.status(), StatusCode::GONE);
    let too_late = Browser::of(&page).tries(&right).await;
    assert_eq!(too_late.status(), StatusCode::GONE);
    assert!(too_late.headers().get("set-cookie").is_none());
    assert_eq!((page.code(), page.devices()), (CodeShown::Ended(CodeEnd::TooManyTries), 0));
    page.offer_code().unwrap();
    Browser::of(&page).pair(&page).await;
}

#[tokio::test]
async fn a_code_that_nobody_used_in_two_minutes_lets_nobody_in() {
    let page = served(shown()).await;
    let right = code(&page);
    tokio::time::pause();
    tokio::time::advance(Duration::from_millis(CODE_LIFE_MS)).await;
    tokio::time::resume();
    let answer = Browser::of(&page).tries(&right).await;
    assert_eq!(answer.status(), StatusCode::GONE);
    assert!(answer.text().await.unwrap().contains("too old"));
    assert_eq!(page.code(), CodeShown::Ended(CodeEnd::TooOld));
}

#[tokio::test]
async fn what_is_no_code_costs_no_try_and_what_is_too_long_is_not_read() {
    let page = served(shown()).await;
    let browser = Browser::of(&page);
    for text in ["", "12345", "abcdef", "%31%32%33%34%35%36"] {
        assert_eq!(browser.tries(text).await.status(), StatusCode::BAD_REQUEST, "{text}");
    }
    let flood = "1".repeat(100_000);
    // Who writes on what is not read may find the connection closed before the answer.
    if let Ok(answer) = browser.types(&flood).send().await {
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
    }
    let CodeShown::Open { tries_left, .. } = page.code() else { panic!("the code has ended") };
    assert_eq!(tries_left, TRIES_MAX);
}

#[tokio::test]
async fn a_code_lets_one_device_in_and_a_full_house_none() {
    let page = served(shown()).await;
    let first = code(&page);
    Browser::of(&page).pair(&page).await;
    assert_eq!(Browser::of(&page).tries(&first).await.status(), StatusCode::GONE);
    for _ in 1..DEVICES_MAX {
        page.offer_code().unwrap();
        Browser::of(&page).pair(&page).await;
    }
    page.offer_code().unwrap();
    let turned_away = Browser::of(&page).tries(&code(&page)).await;
    assert_eq!(turned_away.status(), StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test]
async fn another_host_and_another_site_are_refused() {
    let page = served(shown()).await;
    let browser = Browser::of(&page).pair(&page).await;
    let of_host = browser.asks("/").header("host", "evil.example").send().await.unwrap();
    assert_eq!(of_host.status(), StatusCode::MISDIRECTED_REQUEST);
    let site = browser.asks("/events").header("sec-fetch-site", "cross-site").send().await.unwrap();
    assert_eq!(site.status(), StatusCode::FORBIDDEN);
    page.offer_code().unwrap();
    let right = code(&page);
    let form = browser.types(&right).header("sec-fetch-site", "cross-site").send().await.unwrap();
    assert_eq!(form.status(), StatusCode::FORBIDDEN, "a form of another site guesses nothing");
    assert_eq!(page.devices(), 1);
}

#[tokio::test]
async fn a_token_is_good_for_its_own_listener_alone() {
    let (page, other) = (served(shown()).await, served(shown()).await);
    let secret = token();
    let local = StreamPage::serve(0, secret.clone(), shown(), LOOK, Arc::new(Files)).await.unwrap();
    let paired = Browser::of(&page).pair(&page).await;
    let cookie = paired.cookie().to_owned();

    let elsewhere = Browser::of(&other).with_cookie(&cookie);
    assert_eq!(elsewhere.get("/events").await.status(), StatusCode::UNAUTHORIZED);

    let of_loopback = format!("__Host-ringside-stream={}", secret.expose());
    let with_it = Browser::of(&page).with_cookie(&of_loopback);
    assert_eq!(with_it.get("/events").await.status(), StatusCode::UNAUTHORIZED);
    let as_path = format!("/{}/events", secret.expose());
    assert_eq!(with_it.get(&as_path).await.status(), StatusCode::NOT_FOUND);

    let (_, token) = cookie.split_once('=').unwrap();
    let host = local.address().replace("http://", "").split('/').next().unwrap().to_owned();
    for path in ["/events".to_owned(), format!("/{token}/events"), format!("/{token}/")] {
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: {host}\r\nCookie: {cookie}\r\nConnection: close\r\n\r\n"
        );
        let answer = plain(host.clone(), request).await;
        assert!(answer.starts_with("HTTP/1.1 404"), "{path}: {answer}");
    }
}

#[tokio::test]
async fn nothing_is_answered_without_encryption() {
    let page = served(shown()).await;
    let host = page.address().replace("https://", "").trim_end_matches('/').to_owned();
    let request = format!("GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    let answer = plain(host, request).await;
    assert!(!answer.contains("HTTP/1.1"), "{answer}");
}

#[tokio::test]
async fn switched_off_it_ends_who_reads_and_is_gone() {
    let page = served(shown()).await;
    let browser = Browser::of(&page).pair(&page).await;
    let mut reader = browser.reader().await;
    page.tell(kill("a"));
    reader.until("\"a\"").await;
    let host = page.address().replace("https://", "").trim_end_matches('/').to_owned();
    drop(page);
    reader.rest().await;
    while tokio::net::TcpStream::connect(&host).await.is_ok() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn who_is_sent_away_reads_no_more() {
    let page = served(shown()).await;
    let browser = Browser::of(&page).pair(&page).await;
    let mut reader = browser.reader().await;
    page.tell(kill("a"));
    reader.until("\"a\"").await;
    page.end_devices();
    page.tell(kill("secret"));
    assert!(!reader.rest().await.contains("secret"));
    assert_eq!(browser.get("/events").await.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(page.devices(), 0);
}

#[tokio::test]
async fn names_and_the_delay_are_kept_from_other_devices_as_from_an_audience() {
    let delay = Delay::new(300).unwrap();
    let page = served(Audience { delay, ..Audience::default() }).await;
    let browser = Browser::of(&page).pair(&page).await;
    let mut reader = browser.reader().await;
    page.tell(kill("late"));
    let before = reader.until("\"lines\":[]").await;
    assert!(!before.contains("late"), "{before}");
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(300)).await;
    tokio::time::resume();
    let after = reader.until("\"late\"").await;
    assert!(!after.contains("Ana") && !after.contains("Bo\""), "{after}");
}

#[tokio::test]
async fn a_reader_too_many_is_told_so() {
    let page = served(shown()).await;
    let browser = Browser::of(&page).pair(&page).await;
    let mut readers = Vec::new();
    for _ in 0..READERS_MAX {
        readers.push(browser.reader().await);
    }
    assert_eq!(browser.get("/events").await.status(), StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test]
async fn a_flood_of_requests_is_not_answered() {
    // Before the listener's own clock begins, so that it never is ahead of this one.
    let began = Instant::now();
    let page = served(shown()).await;
    let mut flood = JoinSet::new();
    for _ in 0..FLOODERS {
        flood.spawn(answers(Browser::of(&page)));
    }
    let answered: u128 = flood.join_all().await.into_iter().sum();
    let most = SAVED_MAX + began.elapsed().as_millis() / COST_MS;
    assert!(answered > 0, "whoever asks first is answered");
    assert!(answered <= most, "it goes on answering: {answered}, and not {most} at most");
}

/// How many of a browser's requests, one right after the other, are answered. A
/// connection that is not taken, or cut off, is no answer either.
async fn answers(browser: Browser) -> u128 {
    let mut answered = 0;
    for _ in 0..REQUESTS {
        let Ok(answer) = browser.asks("/door.css").send().await else { continue };
        answered += u128::from(answer.status() == StatusCode::OK);
        // Read to its end, else its connection would not be used again.
        answer.bytes().await.ok();
    }
    answered
}

async fn served(audience: Audience) -> LanPage {
    let now = Duration::from_secs(1_795_000_000);
    LanPage::serve(Ipv4Addr::LOCALHOST, 0, now, audience, LOOK, Arc::new(Files)).await.unwrap()
}

/// What comes back for these bytes.
async fn plain(host: String, request: String) -> String {
    let asked = spawn_blocking(move || {
        let mut connection = TcpStream::connect(host).unwrap();
        connection.write_all(request.as_bytes()).unwrap();
        let mut answer = Vec::new();
        // An alert and a cut connection are answers too.
        connection.read_to_end(&mut answer).ok();
        String::from_utf8_lossy(&answer).into_owned()
    });
    asked.await.unwrap()
}
