//! Recording, switched on and off while the companion runs.

use std::{path::PathBuf, time::Duration};

use tokio::sync::watch;

use crate::{
    Companion, DataDir, Error, Settings, capture::RecordingSwitch, data_dir::create_private,
};

/// How long a switch is waited for: the capture thread looks once a second.
const FOLLOW_TIMEOUT: Duration = Duration::from_secs(3);

/// The player's side of the switch.
pub(super) struct Recording {
    wanted: watch::Sender<Option<PathBuf>>,
    followed: watch::Receiver<Option<PathBuf>>,
}

/// Where is recorded into, as the settings say.
pub(super) fn folder(settings: &Settings, dir: &DataDir) -> Option<PathBuf> {
    settings.recording.enabled.then(|| dir.recordings())
}

impl Recording {
    /// A switch that stands at `folder`, and the capture thread's side of it.
    pub(super) fn new(folder: Option<PathBuf>) -> (Self, RecordingSwitch) {
        let (wanted, wishes) = watch::channel(folder.clone());
        let (following, followed) = watch::channel(folder);
        (Self { wanted, followed }, RecordingSwitch { wanted: wishes, followed: following })
    }

    async fn set(&self, folder: Option<PathBuf>) {
        self.wanted.send_replace(folder.clone());
        let mut followed = self.followed.clone();
        let follows = followed.wait_for(|now| *now == folder);
        // A disk that does not answer holds the thread up; it follows when it can.
        drop(tokio::time::timeout(FOLLOW_TIMEOUT, follows).await);
    }
}

impl Companion {
    /// Records what games say from now on, or no more, also in later runs. What
    /// was being written then is whole, with its name.
    ///
    /// # Errors
    /// Where the settings file or the folder cannot be written: then nothing
    /// changes.
    pub async fn record(&self, on: bool) -> Result<(), Error> {
        let mut settings = self.reading.settings.lock().await;
        if on {
            let path = self.dir.recordings();
            create_private(&path).map_err(|cause| Error::DataDir { path, cause })?;
        }
        let changed = settings.change_recording(&self.dir, on)?;
        self.recording.set(folder(&changed, &self.dir)).await;
        *settings = changed;
        Ok(())
    }

    /// Whether what games say is recorded.
    #[must_use]
    pub fn records(&self) -> bool {
        self.recording.wanted.borrow().is_some()
    }

    /// The recordings that are being written, under the names that they have until
    /// they are whole.
    #[must_use]
    pub fn being_recorded(&self) -> Vec<PathBuf> {
        let view = self.view.lock().expect("no holder of the view panics");
        view.recording.clone()
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io::{Read, Write},
        net::{SocketAddr, TcpStream},
        sync::Arc,
    };

    use boot_clock::BootClock;
    use event_model::Source;

    use crate::{CompanionStatus, FeedLine, Glance, Identity, Recordings, RunOptions, Shell};

    use super::*;

    struct Nobody;

    impl Shell for Nobody {
        fn feed(&self, _line: FeedLine) {}
        fn glance(&self, _source: Source, _glance: Option<Glance>) {}
        fn status(&self, _status: CompanionStatus) {}
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn what_comes_while_it_is_on_is_recorded_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let data_dir = folder.path().to_owned();
        std::fs::write(data_dir.join("settings.toml"), "[league]\nenabled = false\n").unwrap();
        let options = RunOptions { gsi_port: Some(0), ..RunOptions::new(Some(data_dir)) };
        let companion =
            Companion::start(options, Arc::new(BootClock::new()), Arc::new(Nobody)).await.unwrap();
        let token = Identity::load_or_create(companion.data_dir()).unwrap();
        let address = companion.gsi_address().unwrap();
        let recordings = Recordings::of(companion.data_dir());

        post(address, token.gsi_token(), 1);
        companion.record(true).await.unwrap();
        assert!(companion.records());
        post(address, token.gsi_token(), 2);
        post(address, token.gsi_token(), 3);
        companion.record(false).await.unwrap();
        post(address, token.gsi_token(), 4);

        let rows = recordings.list(&companion.being_recorded()).unwrap();
        let frames: Vec<_> = rows.iter().filter_map(|row| row.content.as_ref()).collect();
        assert_eq!(frames.iter().map(|content| content.frames).sum::<u64>(), 2, "{rows:?}");
        companion.stop(Duration::ZERO).await.unwrap();
        assert_eq!(recordings.list(&[]).unwrap(), rows, "what came later was not recorded");
    }

    /// Posts as the game does; when it is answered, the frame is in the queue.
    fn post(address: SocketAddr, token: &str, timestamp: u32) {
        let body = format!(
            r#"{{"provider":{{"appid":730,"steamid":"7","timestamp":{timestamp}}},"auth":{{"token":"{token}"}}}}"#
        );
        let mut stream = TcpStream::connect(address).unwrap();
        write!(
            stream,
            "POST / HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }
}
