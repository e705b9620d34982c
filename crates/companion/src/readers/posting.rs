//! Whether Counter-Strike posts by itself: then Overwolf's word on it is left out.
//!
//! Both tell of the same match and neither names it, so that it would stand in the history
//! twice, and each kill in the feed twice. What the game says itself is read
//! (decision 0034).

use std::sync::{Arc, Mutex};

use event_model::{Clock, Game, Moment};
use game_client::GsiHealth;
use tokio::sync::watch;

/// After the last post: twice the pause of the game's heartbeat, which comes in the menu
/// as well, and one more for a machine that loads a map.
const POSTS_WITHIN_MS: u64 = 30_000;

/// What the listener for the game last knew, shared with whoever hears of the game from
/// elsewhere.
#[derive(Debug, Clone, Default)]
pub(super) struct Posting(Arc<Mutex<Option<watch::Receiver<GsiHealth>>>>);

impl Posting {
    /// This listener hears the game from here on.
    pub(super) fn is_heard_by(&self, health: watch::Receiver<GsiHealth>) {
        *self.0.lock().expect("no holder panics") = Some(health);
    }

    /// Whether what another source says of a game is left out.
    pub(super) fn speaks_for(&self, game: &Game, clock: &dyn Clock) -> bool {
        *game == Game::cs2() && self.posts(clock.now())
    }

    fn posts(&self, now: Moment) -> bool {
        let health = self.0.lock().expect("no holder panics");
        // A listener that was stopped hears nothing.
        let heard = health.as_ref().filter(|health| health.has_changed().is_ok());
        let last = heard.and_then(|health| health.borrow().last_frame_at);
        last.is_some_and(|last| {
            last.clock.epoch == now.clock.epoch
                && now.clock.mono_ms.saturating_sub(last.clock.mono_ms) <= POSTS_WITHIN_MS
        })
    }
}

#[cfg(test)]
mod tests {
    use std::{net::SocketAddr, time::Duration};

    use boot_clock::BootClock;
    use event_model::{Reading, Received, Source};
    use serde_json::json;
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpStream,
        sync::mpsc,
    };

    use super::*;
    use crate::{DataDir, Game as Read, Identity, Settings, pipeline::tests::at, readers::Readers};

    async fn post(to: SocketAddr, path: &str, token: &str, body: &serde_json::Value) {
        let body = body.to_string();
        let request = format!(
            "POST {path} HTTP/1.1\r\nhost: {to}\r\nauthorization: Bearer {token}\r\n\
             content-length: {}\r\nconnection: close\r\n\r\n{body}",
            body.len()
        );
        let mut stream = TcpStream::connect(to).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }

    async fn next(readings: &mut mpsc::Receiver<Received>) -> (Source, String) {
        let waited = tokio::time::timeout(Duration::from_secs(60), readings.recv()).await;
        let received = waited.unwrap().unwrap();
        let Reading::Frame(frame) = received.reading else { panic!("{received:?}") };
        (received.source, String::from_utf8(frame.body).unwrap())
    }

    #[tokio::test]
    async fn overwolfs_word_on_a_game_that_posts_is_left_out_and_on_another_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let dir = DataDir::open(Some(folder.path().to_owned())).unwrap();
        let identity = Identity::load_or_create(&dir).unwrap();
        let (sender, mut readings) = mpsc::channel(8);
        let mut readers = Readers::new(&identity, Arc::new(BootClock::new()), sender).unwrap();
        let mut settings = Settings::default();
        Read::ALL.into_iter().for_each(|game| settings.read_no_more(game));
        (settings.cs2.enabled, settings.cs2.port) = (true, 0);
        (settings.overwolf.enabled, settings.overwolf.port) = (true, 0);
        readers.apply(&settings).await;
        let (game, page) = (readers.addresses()[&Read::Cs2], readers.addresses()[&Read::Overwolf]);
        let tell = async |seq: u64, id: u64| {
            let payload = json!({"info": {"match_info": {"map": "a place"}}});
            let message = json!({"run": "r", "seq": seq, "gameId": id, "payload": payload});
            post(page, game_client::BRIDGE_PATH, identity.overwolf_token(), &message).await;
        };

        tell(1, 22_730).await;
        assert!(next(&mut readings).await.1.contains("a place"), "the game has posted nothing");
        let token = identity.gsi_token();
        let posted = json!({"provider": {"appid": 730}, "auth": {"token": token}});
        post(game, "/", token, &posted).await;
        assert_eq!(next(&mut readings).await.0, Source::Cs2);
        tell(2, 22_730).await;
        let (source, left) = next(&mut readings).await;
        assert_eq!(source, Source::Overwolf);
        assert!(!left.contains("a place") && left.contains(r#""seq":2"#), "{left}");
        tell(3, 21_640).await;
        assert!(next(&mut readings).await.1.contains("a place"), "VALORANT has no other source");
        readers.stopped().await;
    }

    fn last_frame(at: Moment) -> GsiHealth {
        GsiHealth { frames: 1, last_frame_at: Some(at), ..GsiHealth::default() }
    }

    #[test]
    fn the_game_speaks_for_itself_while_it_posts() {
        let posting = Posting::default();
        assert!(!posting.posts(at(0)), "nobody listens");
        let (health, seen) = watch::channel(GsiHealth::default());
        posting.is_heard_by(seen);
        assert!(!posting.posts(at(0)), "the game has posted nothing");
        health.send_replace(last_frame(at(1_000)));
        assert!(posting.posts(at(1_000)) && posting.posts(at(31_000)));
        assert!(!posting.posts(at(31_001)), "its config may have gone");
        health.send_replace(last_frame(at(40_000)));
        assert!(posting.posts(at(40_000)));
        drop(health);
        assert!(!posting.posts(at(40_000)), "the player reads it no more");
    }
}
