//! Which servers are believed to be the game.

use event_model::{Reading, Received};
use game_client::{Error, LeagueConfig, LeaguePoller};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    sync::{mpsc, watch},
};

use crate::{
    league::config,
    support::{
        IN_1990, IN_2030, IN_2040, LEAF_OF_OTHER_ROOT, LEAF_SHA1, LEAF_SHA256, LookAlike, SetClock,
    },
};

async fn first_reading(config: LeagueConfig, time: &str) -> Received {
    let poller = LeaguePoller::new(config, SetClock::at(time)).unwrap();
    let (sender, mut readings) = mpsc::channel(1);
    let (_stop, stopped) = watch::channel(false);
    let reading = readings.recv();
    tokio::select! {
        () = poller.run(sender, stopped) => unreachable!("a poller runs until it is stopped"),
        received = reading => received.unwrap(),
    }
}

async fn shown(leaf: &[u8], time: &str) -> Result<(), String> {
    let game = LookAlike::serving(leaf, vec![(200, "{}".to_owned())]);
    match first_reading(config(game.port), time).await.reading {
        Reading::Frame(_) => Ok(()),
        Reading::Fault(fault) => Err(fault.error),
    }
}

#[tokio::test]
async fn a_leaf_under_the_root_is_accepted_whatever_its_name() {
    assert_eq!(shown(LEAF_SHA256, IN_2030).await, Ok(()), "signed with SHA-256");
    assert_eq!(shown(LEAF_SHA1, IN_2030).await, Ok(()), "signed with SHA-1, as the root itself");
}

#[tokio::test]
async fn a_leaf_outside_its_dates_is_accepted_all_the_same() {
    for leaf in [LEAF_SHA256, LEAF_SHA1] {
        assert_eq!(shown(leaf, IN_2040).await, Ok(()), "the game has shipped an expired one");
        assert_eq!(shown(leaf, IN_1990).await, Ok(()), "a PC's clock may be wrong");
    }
}

#[tokio::test]
async fn a_wrong_date_does_not_hide_a_wrong_key() {
    let refused = shown(LEAF_OF_OTHER_ROOT, IN_2040).await.unwrap_err();
    assert!(refused.contains("certificate not accepted"), "{refused}");
}

#[tokio::test]
async fn a_leaf_under_a_root_of_the_same_name_and_another_key_is_refused() {
    let refused = shown(LEAF_OF_OTHER_ROOT, IN_2030).await.unwrap_err();
    assert!(refused.contains("certificate not accepted"), "{refused}");
}

#[tokio::test]
async fn only_the_configured_root_counts() {
    let game = LookAlike::serving(LEAF_SHA256, vec![(200, "{}".to_owned())]);
    let shipped = LeagueConfig { root_pem: None, ..config(game.port) };
    let reading = first_reading(shipped, IN_2030).await.reading;
    assert!(matches!(reading, Reading::Fault(_)), "the shipped root did not sign this leaf");
}

#[tokio::test]
async fn another_program_on_the_port_is_refused() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let program = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        // What is left unread would be answered with a reset.
        let mut greeting = [0; 4096];
        assert!(stream.read(&mut greeting).await.unwrap() > 0);
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
        stream.shutdown().await.unwrap();
    });
    let reading = first_reading(config(port), IN_2030).await.reading;
    let Reading::Fault(fault) = reading else { panic!("a program without TLS is no game") };
    assert!(fault.error.contains("certificate not accepted"), "{}", fault.error);
    program.await.unwrap();
}

#[tokio::test]
async fn what_is_no_certificate_cannot_be_pinned() {
    for pem in [&b""[..], b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
        let config = LeagueConfig { root_pem: Some(pem.to_vec()), ..LeagueConfig::default() };
        let refused = LeaguePoller::new(config, SetClock::at(IN_2030)).err();
        assert!(matches!(refused, Some(Error::Root(_))), "{refused:?}");
    }
}

#[test]
fn the_shipped_root_can_be_pinned() {
    assert!(LeaguePoller::new(LeagueConfig::default(), SetClock::at(IN_2030)).is_ok());
}
