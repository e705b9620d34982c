//! A stream of messages, read as it comes.

use event_model::Channel::Tcp;
use game_stage::{Pieces, TcpStage, play_tcp};
use tokio::{io::AsyncReadExt, net::TcpStream};

use crate::support::{at_max, fault, frame, stepped};

/// More steps than a client needs to be let in.
const STEPS_MAX: u8 = 250;

async fn all_of(mut stream: TcpStream) -> String {
    let mut text = String::new();
    stream.read_to_string(&mut text).await.unwrap();
    text
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_come_back_to_back_however_they_are_cut() {
    for pieces in [Pieces::WHOLE, Pieces::by_seed(1), Pieces::by_seed(2)] {
        let stage = TcpStage::bind(0, pieces).await.unwrap();
        let port = stage.port();
        let script =
            vec![frame(Tcp, r#"{"Event":"A"}"#), frame(Tcp, "{}"), frame(Tcp, "{\"é\":1}")];
        let playing = tokio::spawn(play_tcp(stage, at_max(script)));
        let stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
        assert_eq!(all_of(stream).await, r#"{"Event":"A"}{}{"é":1}"#);
        assert_eq!(playing.await.unwrap().unwrap().frames, 3);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn several_clients_hear_the_same_each_from_when_it_came() {
    let stage = TcpStage::bind(0, Pieces::WHOLE).await.unwrap();
    let port = stage.port();
    let letters = || (0..STEPS_MAX).map(|number| char::from(b'a' + number % 26).to_string());
    let (conductor, steps) = stepped(letters().map(|letter| frame(Tcp, &letter)).collect());
    let playing = tokio::spawn(play_tcp(stage, conductor));
    let mut first = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    steps.send(()).await.unwrap();
    let mut heard = String::from(char::from(first.read_u8().await.unwrap()));
    let second = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    let mut byte = [0];
    // Whom the game has let in by then is for it to say.
    while second.try_read(&mut byte).is_err() {
        steps.send(()).await.unwrap();
        heard.push(char::from(first.read_u8().await.unwrap()));
    }
    drop(steps);
    let late = String::from(char::from(byte[0])) + &all_of(second).await;
    heard.push_str(&all_of(first).await);
    assert_eq!(heard, letters().take(heard.len()).collect::<String>(), "the first heard all");
    assert!(heard.ends_with(&late) && late.len() < heard.len(), "{heard} and {late}");
    playing.await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_hangs_up_and_serves_nobody_until_the_next_frame() {
    let stage = TcpStage::bind(0, Pieces::WHOLE).await.unwrap();
    let port = stage.port();
    let connect = || TcpStream::connect(("127.0.0.1", port));
    let script = ["2", "3", "4", "5"].map(|body| frame(Tcp, body));
    let script = [frame(Tcp, "1"), fault(Tcp, "gone")].into_iter().chain(script);
    let (conductor, steps) = stepped(script.collect());
    let playing = tokio::spawn(play_tcp(stage, conductor));
    let stream = connect().await.unwrap();
    steps.send(()).await.unwrap();
    steps.send(()).await.unwrap();
    assert_eq!(all_of(stream).await, "1", "hung up on");
    assert!(connect().await.is_err());
    for _ in 0..3 {
        // The third one is taken when the first of them was played.
        steps.send(()).await.unwrap();
    }
    connect().await.unwrap();
    drop(steps);
    let played = playing.await.unwrap().unwrap();
    assert_eq!((played.frames, played.faults), (4, 1));
}
