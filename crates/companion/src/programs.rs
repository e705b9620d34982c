//! Other programs of this PC: what they tell is kept in the same queue as the games'
//! events, and leaves as these do.

use std::{
    io,
    path::Path,
    sync::{Arc, Mutex},
};

use event_model::{Clock, EventId};
use game_client::{
    Delivery, GsiToken, Kept, PROGRAMS_PATH, ProgramEvent, ProgramListener, ProgramsConfig,
};
use outbox::{Appended, Outbox, ToldEvent};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tokio::{
    sync::{Notify, mpsc, watch},
    task::JoinHandle,
};
use uuid::Uuid;

use crate::{
    DataDir, Error, Settings, atomic_file,
    error::{with_cause, with_causes},
    owned_outbox::lock,
};

/// The first field of every id.
const ID_VERSION: &str = "ringside.program-event-id.v1";

/// What a program has to know, in a file that only this user can read.
#[derive(Debug, Serialize, Deserialize)]
struct Door {
    url: String,
    token: String,
}

/// Listens to programs until the run ends.
pub(crate) struct Programs {
    tasks: Vec<JoinHandle<()>>,
    problem: Option<String>,
}

/// What keeping an event takes.
pub(crate) struct Keeping {
    pub(crate) outbox: Arc<Mutex<Outbox>>,
    pub(crate) clock: Arc<dyn Clock>,
    /// Who sends is told of what is new.
    pub(crate) wake: Arc<Notify>,
}

impl Programs {
    /// Begins to listen, where the settings have it on. A port that is taken and a file
    /// that cannot be written stop nothing else: games are read all the same.
    pub(crate) async fn begin(
        dir: &DataDir,
        settings: &Settings,
        keeping: Keeping,
        stop: &watch::Receiver<bool>,
    ) -> Self {
        if !settings.programs.enabled {
            return Self { tasks: Vec::new(), problem: None };
        }
        match listen(dir, settings.programs.port, keeping, stop).await {
            Ok(tasks) => Self { tasks, problem: None },
            Err(error) => {
                let problem = with_causes(&error);
                tracing::error!(problem, "Other programs are not listened to");
                Self { tasks: Vec::new(), problem: Some(problem) }
            }
        }
    }

    /// Why no program is listened to, where the player wants it.
    pub(crate) fn problem(&self) -> Option<String> {
        self.problem.clone()
    }

    /// Waits until it has ended, which it does when it is told to stop.
    pub(crate) async fn ended(self) {
        for task in self.tasks {
            if let Err(error) = task.await {
                tracing::error!(%error, "The listener for programs ended with a fault");
            }
        }
    }
}

/// Listens, and says where in a file that programs read.
async fn listen(
    dir: &DataDir,
    port: u16,
    keeping: Keeping,
    stop: &watch::Receiver<bool>,
) -> Result<Vec<JoinHandle<()>>, Error> {
    let path = dir.programs_door();
    let failed = |cause| Error::DataDir { path: path.clone(), cause };
    let token = token(&path).map_err(failed)?;
    let config = ProgramsConfig { port, token: token.clone() };
    let listener = ProgramListener::bind(config, Arc::clone(&keeping.clock))
        .await
        .map_err(|cause| Error::Listener { game: "other programs", cause })?;
    let address = listener.local_addr();
    let url = format!("http://{address}{PROGRAMS_PATH}");
    write_door(&path, &Door { url, token: token.expose().to_owned() }).map_err(failed)?;
    let (deliveries, waiting) = ProgramListener::queue();
    let run = listener.run(deliveries, stop.clone());
    let listening = tokio::spawn(async move {
        if let Err(error) = run.await {
            tracing::error!(%error, "The listener for programs stopped");
        }
    });
    Ok(vec![listening, tokio::spawn(keep_all(waiting, Arc::new(keeping)))])
}

/// The token of the file, or a new one.
fn token(path: &Path) -> io::Result<GsiToken> {
    let known: Option<Door> = match std::fs::read(path) {
        Ok(bytes) => serde_json::from_slice(&bytes).ok(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    let known = known.and_then(|door| GsiToken::new(&door.token).ok());
    known.map_or_else(|| GsiToken::generate().map_err(io::Error::other), Ok)
}

fn write_door(path: &Path, door: &Door) -> io::Result<()> {
    let mut text = serde_json::to_vec_pretty(door).map_err(io::Error::other)?;
    text.push(b'\n');
    if std::fs::read(path).ok().as_ref() == Some(&text) {
        return Ok(());
    }
    atomic_file::replace(path, &text)
}

async fn keep_all(mut waiting: mpsc::Receiver<Delivery>, keeping: Arc<Keeping>) {
    while let Some(Delivery { events, kept }) = waiting.recv().await {
        let keeping = Arc::clone(&keeping);
        // The disk is waited for, on a thread that may.
        let done = tokio::task::spawn_blocking(move || keeping.keep(events)).await;
        match done {
            // Who asked may have gone; it is on disk all the same.
            Ok(Ok(receipts)) => drop(kept.send(receipts)),
            Ok(Err(error)) => {
                tracing::error!(error = %with_cause(&error), "The disk takes no events of programs");
            }
            Err(error) => tracing::error!(%error, "Events of a program were not kept"),
        }
    }
}

impl Keeping {
    fn keep(&self, events: Vec<ProgramEvent>) -> Result<Vec<Kept>, outbox::Error> {
        let told: Vec<ToldEvent> = events.into_iter().filter_map(told).collect();
        let appended = lock(&self.outbox).append_told(&told, self.clock.now())?;
        self.wake.notify_one();
        Ok(receipts(&told, &appended))
    }
}

/// The event under the id that it is kept under; the listener took none of our types.
fn told(event: ProgramEvent) -> Option<ToldEvent> {
    let id = id_of(&event.program, &event.id);
    ToldEvent::new(id, event.event_type, event.subject, event.time, event.data).ok()
}

/// UUIDv8 of SHA-256 over the version, the program and its own id, each as its length in
/// bytes (32 bits, big-endian) and its UTF-8 bytes.
fn id_of(program: &str, id: &str) -> EventId {
    let mut hash = Sha256::new();
    for field in [ID_VERSION, program, id] {
        hash.update(u32::try_from(field.len()).unwrap_or(u32::MAX).to_be_bytes());
        hash.update(field.as_bytes());
    }
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash.finalize()[..16]);
    EventId(uuid::Builder::from_custom_bytes(bytes).into_uuid())
}

/// Each event is new once; what is told twice in one request as well.
fn receipts(told: &[ToldEvent], appended: &Appended) -> Vec<Kept> {
    let mut new: std::collections::BTreeSet<Uuid> =
        appended.appended.iter().map(|(id, _)| id.0).collect();
    let receipt = |event: &ToldEvent| Kept {
        event: event.id().to_string(),
        duplicate: !new.remove(&event.id().0),
    };
    told.iter().map(receipt).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_of_the_program_and_its_own_id() {
        let one = id_of("//lap-timer", "1");
        assert_eq!(one, id_of("//lap-timer", "1"));
        assert_eq!(one.0.get_version_num(), 8);
        assert_ne!(one, id_of("//lap-timer1", ""), "no two pairs run into each other");
        assert_ne!(one, id_of("//lap-timer", "2"));
        // sha256(0000001c "ringside.program-event-id.v1" 0000000b "//lap-timer" 00000001 "1")
        assert_eq!(one.to_string(), "2300dc3d-3e6d-80fd-b67f-08b73bc1b9c8");
    }

    #[test]
    fn the_token_stays_and_the_file_is_for_this_user_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("programs.json");
        let first = token(&path).unwrap();
        write_door(&path, &Door { url: "u".to_owned(), token: first.expose().to_owned() }).unwrap();
        assert_eq!(token(&path).unwrap(), first);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(&path).unwrap().permissions().mode();
            assert_eq!(mode & 0o077, 0, "{mode:o}");
        }
    }

    struct Nobody;

    impl crate::Shell for Nobody {
        fn feed(&self, _line: crate::FeedLine) {}
        fn glance(&self, _source: event_model::Source, _glance: Option<crate::Glance>) {}
        fn status(&self, _status: crate::CompanionStatus) {}
    }

    /// The example of `docs/programs.md`.
    fn example() -> &'static str {
        let page = include_str!("../../../docs/programs.md");
        let (_, code) = page.split_once("```python\n").unwrap();
        code.split_once("```").unwrap().0
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn the_documented_example_is_kept_and_waits_to_be_sent() {
        let folder = tempfile::tempdir().unwrap();
        let settings = "[league]\nenabled = false\n[cs2]\nenabled = false\n\
                        [programs]\nenabled = true\nport = 0\n";
        std::fs::write(folder.path().join("settings.toml"), settings).unwrap();
        let options = crate::RunOptions::new(Some(folder.path().to_owned()));
        let clock = Arc::new(boot_clock::BootClock::new());
        let companion = crate::Companion::start(options, clock, Arc::new(Nobody)).await.unwrap();

        let run = tokio::process::Command::new("python3")
            .args(["-c", example(), folder.path().to_str().unwrap(), "81.4"])
            .output()
            .await;
        let Ok(output) = run else {
            eprintln!("skipped: no `python3` to run the example with");
            return;
        };
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let answer: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(answer["receipts"][0]["status"], "kept", "{answer}");
        companion.stop(std::time::Duration::ZERO).await.unwrap();

        let dir = DataDir::open(Some(folder.path().to_owned())).unwrap();
        let queue = outbox::OutboxView::open(&dir.outbox()).unwrap();
        let bodies = bodies(&queue);
        assert_eq!(bodies.len(), 1);
        assert_eq!(bodies[0]["type"], "com.example.lap");
        assert_eq!(
            (&bodies[0]["subject"], &bodies[0]["data"]["lap_time"]),
            (&"track:spa".into(), &81.4.into())
        );
        assert_eq!(bodies[0]["id"], answer["receipts"][0]["event"]);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_file_that_cannot_be_written_stops_no_game_and_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let settings = "[league]\nenabled = false\n[programs]\nenabled = true\nport = 0\n";
        std::fs::write(folder.path().join("settings.toml"), settings).unwrap();
        std::fs::create_dir(folder.path().join("programs.json")).unwrap();
        let options = crate::RunOptions {
            gsi_port: Some(0),
            ..crate::RunOptions::new(Some(folder.path().to_owned()))
        };
        let clock = Arc::new(boot_clock::BootClock::new());
        let companion = crate::Companion::start(options, clock, Arc::new(Nobody)).await.unwrap();
        assert!(companion.gsi_address().is_some(), "games are listened to");
        let summary = companion.stop(std::time::Duration::ZERO).await.unwrap();
        let problem = summary.status.programs_problem.unwrap();
        assert!(problem.contains("programs.json"), "{problem}");
    }

    fn bodies(queue: &outbox::OutboxView) -> Vec<serde_json::Value> {
        let all = queue.export(outbox::Filter::All).map(|shown| shown.unwrap().body);
        all.map(|body| serde_json::from_str(&body).unwrap()).collect()
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn nobody_is_listened_to_unasked() {
        let folder = tempfile::tempdir().unwrap();
        let settings = "[league]\nenabled = false\n[cs2]\nenabled = false\n";
        std::fs::write(folder.path().join("settings.toml"), settings).unwrap();
        let options = crate::RunOptions::new(Some(folder.path().to_owned()));
        let clock = Arc::new(boot_clock::BootClock::new());
        let companion = crate::Companion::start(options, clock, Arc::new(Nobody)).await.unwrap();
        assert!(!companion.data_dir().programs_door().exists());
        companion.stop(std::time::Duration::ZERO).await.unwrap();
    }
}
