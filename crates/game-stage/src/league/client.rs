//! The League client beside the game: a lockfile, and one question that it answers whoever
//! has the password of that file.

use std::{
    collections::hash_map::RandomState,
    fs,
    future::Future,
    hash::{BuildHasher as _, Hasher as _},
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context, Result};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use hyper::body::Bytes;
use tokio::sync::watch;

use super::{Door, LeagueAnswer, LeagueGame, LeagueServer};
use crate::Authority;

/// The question that is answered.
pub(super) const SESSION_PATH: &str = "/lol-gameflow/v1/session";

/// What the client says of what goes on at the moment; nothing outside of a lobby, a queue
/// and a match.
pub type ClientSays = Arc<dyn Fn() -> Option<String> + Send + Sync>;

/// One run of the client, from the writing of its lockfile to its end.
pub struct LeagueClientStage {
    server: LeagueServer<Process>,
    lockfile: Lockfile,
}

/// A lockfile on disk, as long as the client runs.
struct Lockfile(PathBuf);

impl Drop for Lockfile {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_file(&self.0) {
            tracing::warn!(%error, "The lockfile of a League client that ended stays");
        }
    }
}

struct Process {
    says: ClientSays,
    /// The header that shows the password.
    authorization: String,
}

impl LeagueClientStage {
    /// Starts the client: it has a port and a password of its own, which stand in the
    /// file `lockfile` of this folder.
    ///
    /// # Errors
    /// Where there is no port, or the file cannot be written.
    pub async fn start(folder: &Path, authority: &Authority, says: ClientSays) -> Result<Self> {
        let password = password();
        let authorization = format!("Basic {}", STANDARD.encode(format!("riot:{password}")));
        let process = Arc::new(Process { says, authorization });
        let server = LeagueServer::bind(0, authority, process).await?;
        let lockfile = folder.join("lockfile");
        let (id, port) = (std::process::id(), server.port());
        let written = fs::create_dir_all(folder).and_then(|()| {
            fs::write(&lockfile, format!("LeagueClient:{id}:{port}:{password}:https"))
        });
        written.with_context(|| format!("cannot write {}", lockfile.display()))?;
        Ok(Self { server, lockfile: Lockfile(lockfile) })
    }

    /// Runs until `end`; then its lockfile is gone, and nobody has its port.
    ///
    /// # Errors
    /// Where the port is lost.
    pub async fn run(self, end: impl Future<Output = ()>) -> Result<()> {
        let Self { server, lockfile } = self;
        let door = watch::Sender::new(Door::Open);
        let end = async {
            end.await;
            drop(lockfile);
        };
        server.play(door.subscribe(), end).await
    }
}

impl LeagueGame for Process {
    fn answer(&self, path: &str) -> LeagueAnswer {
        let says = if path == SESSION_PATH { (self.says)() } else { None };
        says.map_or(LeagueAnswer::LOADING, |text| LeagueAnswer::Document(Bytes::from(text)))
    }

    fn admits(&self, authorization: Option<&str>) -> bool {
        authorization == Some(self.authorization.as_str())
    }
}

/// Another one at every start, as the client's.
fn password() -> String {
    let random = || RandomState::new().build_hasher().finish();
    format!("{:016x}-{:05x}", random(), random() & 0xf_ffff)
}
