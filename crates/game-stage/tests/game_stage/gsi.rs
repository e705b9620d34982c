//! Recorded requests, taken by a listener that can refuse.

use event_model::Channel::Http;
use game_stage::{Answer, GsiClient, GsiTarget, play_gsi};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::mpsc,
};

use crate::support::{fault, frame, stepped};

/// Takes requests one by one; the bodies, each with what was answered.
async fn listen(answers: Vec<u16>) -> (String, mpsc::UnboundedReceiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let (bodies, received) = mpsc::unbounded_channel();
    let mut answers = answers.into_iter();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let body = read(&mut stream).await;
            bodies.send(body).unwrap();
            let status = answers.next().unwrap_or(200);
            let answer =
                format!("HTTP/1.1 {status} X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
    });
    (url, received)
}

async fn read(stream: &mut TcpStream) -> String {
    let (mut request, mut buffer) = (String::new(), [0; 4096]);
    loop {
        let count = stream.read(&mut buffer).await.unwrap();
        request.push_str(std::str::from_utf8(&buffer[..count]).unwrap());
        let Some((head, body)) = request.split_once("\r\n\r\n") else { continue };
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
        if body.len() == length.parse::<usize>().unwrap() {
            return body.to_owned();
        }
    }
}

fn client(url: String) -> GsiClient {
    let (token, user_agent) = ("t0ken".to_owned(), "the game".to_owned());
    GsiClient::new(GsiTarget { url, token, user_agent }).unwrap()
}

#[tokio::test]
async fn the_first_frame_waits_for_a_listener_and_no_later_one_does() {
    let (url, mut received) = listen(vec![503, 200, 503, 200]).await;
    let script = vec![frame(Http, "{\"n\":1}"), fault(Http, "?"), frame(Http, "{\"n\":2}")];
    let script = script.into_iter().chain([frame(Http, "{\"n\":3}")]).collect();
    let (conductor, steps) = stepped(script);
    let client = client(url);
    let stepping = async {
        for _ in 0..4 {
            steps.send(()).await.unwrap();
        }
    };
    let (played, ()) = tokio::join!(play_gsi(&client, conductor), stepping);
    let played = played.unwrap();
    assert_eq!((played.frames, played.refused), (3, 1));
    let mut bodies = Vec::new();
    while let Ok(body) = received.try_recv() {
        bodies.push(body);
    }
    let with_token = |n| format!(r#"{{"n":{n},"auth":{{"token":"t0ken"}}}}"#);
    assert_eq!(bodies, [1, 1, 2, 3].map(with_token));
}

#[tokio::test]
async fn a_listener_that_is_not_there_refuses() {
    let gone = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    assert_eq!(client(format!("http://{gone}/")).post("{}").await, Answer::Refused);
}
