//! A raw TCP stream of messages without anything between them, to as many
//! clients as come, as Rocket League serves it.

use std::{sync::Arc, time::Duration};

use anyhow::Result;
use event_model::Reading;
use tokio::{
    io::AsyncWriteExt,
    net::{TcpListener, TcpStream},
    sync::mpsc,
    task::JoinSet,
    time::{sleep, timeout},
};

use crate::{
    Conductor, Cue, Pieces, Played,
    port::{listen, listen_again},
};

/// Messages that a client may be behind by: what it does not read is lost to it.
const BEHIND_MAX: usize = 256;

/// A client that takes nothing for so long is hung up on.
const PATIENCE: Duration = Duration::from_secs(5);

/// The game sends at most 120 messages a second, by its documentation.
const THROTTLE_MS: u64 = 9;

/// Where nobody serves the port: long enough for a client to have tried.
const CLOSED_MS_MAX: u64 = 6_000;

/// The port of a game process that is up.
pub struct TcpStage {
    port: u16,
    listener: Option<TcpListener>,
    pieces: Pieces,
    clients: Vec<mpsc::Sender<Arc<[u8]>>>,
    writers: JoinSet<()>,
}

impl TcpStage {
    /// Takes a port of 127.0.0.1; 0 for any free one.
    ///
    /// # Errors
    /// Where another program has the port.
    pub async fn bind(port: u16, pieces: Pieces) -> Result<Self> {
        let listener = listen(port).await?;
        let port = listener.local_addr()?.port();
        let (clients, writers) = (Vec::new(), JoinSet::new());
        Ok(Self { port, listener: Some(listener), pieces, clients, writers })
    }

    /// Where it serves.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Lets a client in. Ends never where nobody serves the port.
    async fn accept(&mut self) {
        let Some(listener) = &self.listener else { return std::future::pending().await };
        match listener.accept().await {
            Ok((stream, _)) => self.enter(stream),
            Err(_) => sleep(Duration::from_millis(THROTTLE_MS)).await,
        }
    }

    fn enter(&mut self, stream: TcpStream) {
        while self.writers.try_join_next().is_some() {}
        let (messages, to_write) = mpsc::channel(BEHIND_MAX);
        self.clients.push(messages);
        self.writers.spawn(write(stream, to_write, self.pieces));
    }

    /// Waits for somebody to talk to.
    async fn audience(&mut self) {
        self.forget_the_gone();
        while self.clients.is_empty() {
            self.accept().await;
        }
    }

    fn forget_the_gone(&mut self) {
        self.clients.retain(|client| !client.is_closed());
    }

    async fn say(&mut self, message: Arc<[u8]>) {
        self.forget_the_gone();
        for client in &self.clients {
            // One that does not read is hung up on by its writer.
            drop(client.send(Arc::clone(&message)).await);
        }
    }

    /// The process is gone: everything said is written, then nobody is there.
    async fn close(&mut self) {
        self.listener = None;
        self.clients.clear();
        while self.writers.join_next().await.is_some() {}
    }

    async fn open(&mut self) -> Result<()> {
        if self.listener.is_none() {
            self.listener = Some(listen_again(self.port).await?);
        }
        Ok(())
    }
}

async fn write(mut stream: TcpStream, mut messages: mpsc::Receiver<Arc<[u8]>>, mut pieces: Pieces) {
    // Pieces are to leave as they are written.
    drop(stream.set_nodelay(true));
    while let Some(message) = messages.recv().await {
        for piece in pieces.of(&message) {
            let written = timeout(PATIENCE, stream.write_all(piece)).await;
            if !matches!(written, Ok(Ok(()))) {
                return;
            }
            tokio::task::yield_now().await;
        }
    }
    drop(timeout(PATIENCE, stream.shutdown()).await);
}

/// Plays a script, from the first client on.
///
/// After a failure nobody serves the port until the next frame, and who was
/// connected is hung up on. At [`Tempo::Max`](crate::Tempo::Max) nothing is said to nobody.
///
/// # Errors
/// Where the script cannot be read on, or the port is lost.
pub async fn play_tcp(mut stage: TcpStage, mut conductor: Conductor) -> Result<Played> {
    let mut played = Played::default();
    stage.audience().await;
    while let Some(cue) = next(&mut stage, &mut conductor).await? {
        match cue.reading {
            Reading::Frame(frame) => {
                stage.open().await?;
                if conductor.waits_for_the_listener() {
                    stage.audience().await;
                }
                stage.say(frame.body.into()).await;
                played.frames += 1;
                if conductor.waits_for_the_listener() {
                    sleep(conductor.pause(THROTTLE_MS)).await;
                }
            }
            Reading::Fault(_) => {
                stage.close().await;
                played.faults += 1;
                if conductor.waits_for_the_listener() {
                    let gap_ms = conductor.gap_ms()?.unwrap_or(0);
                    sleep(Duration::from_millis(gap_ms.min(CLOSED_MS_MAX))).await;
                }
            }
        }
    }
    stage.close().await;
    Ok(played)
}

/// The next cue; who comes meanwhile is let in.
async fn next(stage: &mut TcpStage, conductor: &mut Conductor) -> Result<Option<Cue>> {
    let next = conductor.next();
    tokio::pin!(next);
    loop {
        tokio::select! {
            biased;
            cue = &mut next => return cue,
            () = stage.accept() => {}
        }
    }
}
