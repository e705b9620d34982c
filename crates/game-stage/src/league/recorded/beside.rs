//! What the League client said in a recording, said again.

use std::sync::{
    Mutex,
    atomic::{AtomicBool, Ordering},
};

use event_model::Reading;
use tokio::sync::watch;

use crate::league::client::SESSION_PATH;

/// The client's last word, and whether anybody asked for it since.
#[derive(Debug)]
pub(super) struct Beside {
    says: Mutex<Option<String>>,
    asked: watch::Sender<bool>,
    /// Whether there is a client that could be asked.
    is_there: AtomicBool,
}

impl Default for Beside {
    fn default() -> Self {
        let (says, asked) = (Mutex::default(), watch::Sender::new(true));
        Self { says, asked, is_there: AtomicBool::new(false) }
    }
}

/// The client's word in a reading; none in one of the game's.
pub(super) fn of_client(reading: &Reading) -> Option<String> {
    let Reading::Frame(frame) = reading else { return None };
    let is_clients = frame.path.as_deref() == Some(SESSION_PATH);
    is_clients.then(|| String::from_utf8_lossy(&frame.body).into_owned())
}

impl Beside {
    pub(super) fn begins(&self) {
        self.is_there.store(true, Ordering::Release);
    }

    /// The client is asked.
    pub(super) fn says(&self) -> Option<String> {
        let says = self.says.lock().expect("no holder of the word panics").clone();
        self.asked.send_replace(true);
        says
    }

    /// Says this from now on; whether somebody can hear it who has not.
    pub(super) fn say(&self, said: String) -> bool {
        let mut says = self.says.lock().expect("no holder of the word panics");
        if says.as_deref() == Some(&said) || !self.is_there.load(Ordering::Acquire) {
            return false;
        }
        *says = Some(said);
        self.asked.send_replace(false);
        true
    }

    /// Until somebody has asked for the last word.
    pub(super) async fn asked(&self) {
        let mut asked = self.asked.subscribe();
        // The sender lives in `self`.
        drop(asked.wait_for(|asked| *asked).await);
    }
}
