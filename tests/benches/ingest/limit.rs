//! The machine's own limit: what one core makes of the same requests at best.
//!
//! Each body is unpacked where it came packed, split once, each event read by
//! its type, and each inserted as a row of text into a table without an index.
//! Commits are as large as the server may make them, as durable, and as far
//! between two checkpoints, which another thread makes, as the server's does.

use std::{
    io::Write,
    path::{Path, PathBuf},
    sync::mpsc,
    thread,
    time::Instant,
};

use anyhow::{Context, Result};
use rusqlite::Connection;
use serde::{Deserialize, de::IgnoredAny};
use serde_json::value::RawValue;
use tempfile::TempDir;

use crate::{
    load::{Encoding, Request},
    process::own_cpu_s,
};

/// Events that are enough for a figure.
const EVENTS_MAX: usize = 100_000;
/// The server's bounds of one commit; it groups what came meanwhile, which is a
/// request a connection.
const GROUP_REQUESTS_MAX: usize = 512;
const GROUP_BYTES_MAX: usize = 4 * 1024 * 1024;
/// The server's distance between two checkpoints.
const CHECKPOINT_BYTES: usize = 32 * 1024 * 1024;
/// Largest body of a bench, decoded.
const BODY_BYTES_MAX: usize = 1024 * 1024;
/// Bare flushes that the disk's own time is read from, each of one such event.
const FLUSHES: usize = 200;
const FLUSHED_BYTES: usize = 800;

/// One run of it.
#[derive(Clone, Copy)]
pub(crate) struct Sample {
    pub(crate) events_per_s: f64,
    /// For 100,000 events.
    pub(crate) cpu_s: f64,
}

/// What is looked at in each event; all the rest is read over.
#[derive(Deserialize)]
struct Event<'e> {
    id: &'e str,
    source: &'e str,
    r#type: &'e str,
    subject: &'e str,
    data: IgnoredAny,
}

/// Takes the first requests of a run.
pub(crate) fn sample<'r>(
    requests: impl IntoIterator<Item = &'r Request>,
    encoding: Encoding,
    connections: usize,
) -> Result<Sample> {
    let dir = TempDir::new()?;
    let mut plain = Plain::create(dir.path(), connections.min(GROUP_REQUESTS_MAX))?;
    let (mut read, begun) = (0, (Instant::now(), own_cpu_s()));
    for request in requests {
        if read >= EVENTS_MAX {
            break;
        }
        match encoding {
            Encoding::Identity => plain.take(request.body())?,
            Encoding::Zstd => plain.take_packed(request.body())?,
        }
        read += request.events;
    }
    plain.commit()?;
    let (took, cpu_s) = (begun.0.elapsed(), own_cpu_s() - begun.1);
    plain.end()?;
    Ok(Sample {
        events_per_s: read as f64 / took.as_secs_f64(),
        cpu_s: cpu_s * 100_000.0 / read as f64,
    })
}

/// A plain table, and who makes its checkpoints.
struct Plain {
    connection: Connection,
    zstd: zstd::bulk::Decompressor<'static>,
    room: Vec<u8>,
    group_max: usize,
    in_group: (usize, usize),
    since_checkpoint: usize,
    due: mpsc::Sender<()>,
    checkpoints: thread::JoinHandle<Result<()>>,
}

impl Plain {
    fn create(dir: &Path, group_max: usize) -> Result<Self> {
        let path = dir.join("plain.sqlite");
        let connection = Connection::open(&path)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "wal_autocheckpoint", 0)?;
        connection.execute_batch("CREATE TABLE plain (event TEXT) STRICT; BEGIN")?;
        let (due, asked) = mpsc::channel();
        Ok(Self {
            connection,
            zstd: zstd::bulk::Decompressor::new()?,
            room: vec![0; BODY_BYTES_MAX],
            group_max,
            in_group: (0, 0),
            since_checkpoint: 0,
            due,
            checkpoints: thread::spawn(move || keep_checkpointing(path, &asked)),
        })
    }

    fn take_packed(&mut self, packed: &[u8]) -> Result<()> {
        let mut room = std::mem::take(&mut self.room);
        let bytes = self.zstd.decompress_to_buffer(packed, room.as_mut_slice())?;
        let taken = self.take(&room[..bytes]);
        self.room = room;
        taken
    }

    fn take(&mut self, body: &[u8]) -> Result<()> {
        let mut insert = self.connection.prepare_cached("INSERT INTO plain VALUES (?1)")?;
        for json in serde_json::from_slice::<Vec<&RawValue>>(body)? {
            let event: Event<'_> = serde_json::from_str(json.get())?;
            let Event { id, source, r#type, subject, data: IgnoredAny } = event;
            std::hint::black_box((id, source, r#type, subject));
            insert.execute([json.get()])?;
        }
        drop(insert);
        self.in_group = (self.in_group.0 + 1, self.in_group.1 + body.len());
        if self.in_group.0 >= self.group_max || self.in_group.1 >= GROUP_BYTES_MAX {
            self.commit()?;
            self.connection.execute_batch("BEGIN")?;
        }
        Ok(())
    }

    fn commit(&mut self) -> Result<()> {
        self.connection.execute_batch("COMMIT")?;
        self.since_checkpoint += self.in_group.1;
        self.in_group = (0, 0);
        if self.since_checkpoint >= CHECKPOINT_BYTES {
            self.since_checkpoint = 0;
            self.due.send(())?;
        }
        Ok(())
    }

    fn end(self) -> Result<()> {
        drop(self.due);
        self.checkpoints.join().ok().context("the checkpoints ended early")?
    }
}

fn keep_checkpointing(path: PathBuf, due: &mpsc::Receiver<()>) -> Result<()> {
    let connection = Connection::open(path)?;
    while due.recv().is_ok() {
        connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))?;
    }
    Ok(())
}

/// Milliseconds of writing an event to a file and flushing it.
pub(crate) fn flushes() -> Result<Vec<f64>> {
    let mut file = tempfile::tempfile()?;
    let event = vec![b'x'; FLUSHED_BYTES];
    let flush = |_| {
        let begun = Instant::now();
        file.write_all(&event)?;
        file.sync_data()?;
        Ok(begun.elapsed().as_secs_f64() * 1e3)
    };
    (0..FLUSHES).map(flush).collect()
}
