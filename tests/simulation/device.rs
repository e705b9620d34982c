//! One PC: its folder, its clocks, its game, and the companion on it.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use delivery::BatchLimits;
use event_model::{DeviceId, EventId, Received};
use outbox::{EntryState, Filter, NewEvent, OutboxView};
use simulator::Prng;
use uploader::Token;
use uuid::Uuid;

use crate::{
    clock::DeviceClock,
    disk::SmallDisk,
    game::{Evening, evenings},
    plan::Plan,
    process::{Beginning, Process},
    server::copy_folder,
};

/// Where the runs of a device are: a disk of its own, where that becomes full.
const DISK: &str = "disk";
/// The capture thread asks a disk that refused again after so long.
const COMMIT_RETRY_MS: u64 = 1_000;
/// No file of a simulation has more events.
const LIST_MAX: usize = 100_000;

/// One PC.
pub(crate) struct Device {
    pub(crate) number: usize,
    pub(crate) id: DeviceId,
    pub(crate) clock: Arc<DeviceClock>,
    pub(crate) process: Option<Process>,
    /// Rises with every start: an answer to an earlier run finds nobody.
    pub(crate) run: u32,
    pub(crate) evening: &'static Evening,
    /// When each of its matches began.
    pub(crate) begins_ms: Vec<u64>,
    /// The matches of which a frame was missed, or what was made of one.
    pub(crate) inexact: Vec<usize>,
    folder: PathBuf,
    limits: BatchLimits,
    chance: Arc<Mutex<Prng>>,
    /// Taken, and not on disk.
    unsaved: Vec<(NewEvent, u64)>,
    retry_at_ms: Option<u64>,
    wrong_token: Option<String>,
    /// The last run before which the plan has overwritten a page of its file.
    pub(crate) page_damaged: Option<u32>,
    /// What its outbox is on, where that is to become full.
    disk: Option<SmallDisk>,
    /// Whether its disk takes nothing.
    full: bool,
    /// Appends that it refused so, and starts on it.
    pub(crate) not_saved: u64,
    pub(crate) full_starts: u64,
    /// The files as they were after the last append, where nothing was made
    /// durable since: what a power failure leaves.
    synced: Option<PathBuf>,
}

impl Device {
    pub(crate) fn new(seed: u64, number: usize, folder: &Path, plan: &Plan) -> Self {
        let folder = folder.join(format!("device-{number}"));
        let disk = plan.fills(number).then(|| SmallDisk::mount(&folder.join(DISK))).flatten();
        let part = u64::try_from(number).unwrap();
        Self {
            number,
            id: DeviceId(Uuid::from_u128(0x0d00 + u128::from(part))),
            clock: Arc::new(DeviceClock::new(part)),
            process: None,
            run: 0,
            evening: &evenings()[0],
            begins_ms: Vec::new(),
            inexact: Vec::new(),
            folder,
            limits: BatchLimits { events_max: plan.events_max, ..BatchLimits::default() },
            chance: Arc::new(Mutex::new(Prng::new(seed, &format!("device {number}")))),
            unsaved: Vec::new(),
            retry_at_ms: None,
            wrong_token: None,
            page_damaged: None,
            disk,
            full: false,
            not_saved: 0,
            full_starts: 0,
            synced: None,
        }
    }

    /// The device's token, as it wished for it.
    pub(crate) fn token(&self) -> String {
        format!("the-token-that-device-{}-wished-for-itself", self.number)
    }

    fn run_folder(&self) -> PathBuf {
        self.folder.join(DISK).join(self.run.to_string())
    }

    /// Where the outbox of the present run is.
    pub(crate) fn outbox_path(&self) -> PathBuf {
        self.run_folder().join("outbox.sqlite")
    }

    /// Whether the companion saw every frame of a match, and of those before it in
    /// the same game: where one ended unseen, the next one begins otherwise.
    pub(crate) fn saw_whole(&self, play: usize) -> bool {
        let source = |of: usize| self.evening.matches[of].source;
        !self.inexact.iter().any(|of| *of <= play && source(*of) == source(play))
    }

    /// The token that its process shows.
    pub(crate) fn shown_token(&self) -> String {
        self.wrong_token.clone().unwrap_or_else(|| self.token())
    }

    /// Another token than its own, or its own again.
    pub(crate) fn show_token(&mut self, wrong: Option<&str>) {
        self.wrong_token = wrong.map(str::to_owned);
        if let Some(process) = &self.process {
            process.token.send_replace(Token::new(&self.shown_token()).ok());
        }
    }

    /// Starts the companion on the files that are there.
    pub(crate) fn start(&mut self, now_ms: u64) -> Result<(), outbox::Error> {
        if self.full {
            self.fill();
            self.full_starts += 1;
        }
        let process = Process::begin(&Beginning {
            outbox: &self.outbox_path(),
            device: self.id,
            clock: &self.clock,
            limits: self.limits,
            token: Token::new(&self.shown_token()).ok(),
            chance: &self.chance,
            now_ms,
        })?;
        self.process = Some(process);
        Ok(())
    }

    /// From now on its disk takes nothing while a companion runs.
    pub(crate) fn fill(&mut self) {
        self.full = true;
        self.disk.iter().for_each(SmallDisk::fill);
    }

    /// Ends that.
    pub(crate) fn make_room(&mut self) {
        self.full = false;
        self.disk.iter().for_each(SmallDisk::make_room);
    }

    /// Ends it as SIGKILL does: the files stay as they are at this instant.
    /// `power` says whether the disk keeps what was not synced.
    pub(crate) fn kill(&mut self, power: Power) {
        let image = match (power, self.synced.take()) {
            (Power::Fails, Some(synced)) => synced,
            (Power::Fails | Power::Stays, _) => self.copy("killed"),
        };
        self.process = None;
        // Whoever changes the files in between needs room for that; the next
        // companion starts without.
        self.disk.iter().for_each(SmallDisk::make_room);
        drop(fs::remove_dir_all(self.run_folder()));
        self.run += 1;
        copy_folder(&image, &self.run_folder());
        self.retry_at_ms = None;
        if !self.unsaved.is_empty() {
            self.unsaved.clear();
            self.inexact.extend(0..self.begins_ms.len());
        }
    }

    /// One frame; what was appended with it, where the disk took it.
    pub(crate) fn take(&mut self, received: &Received, at_ms: u64) -> Appended {
        let Some(process) = &mut self.process else { return Appended::default() };
        let made = process.pipeline.take(received);
        let made = made.into_iter().map(|new| (new, at_ms));
        self.unsaved.extend(made);
        if self.retry_at_ms.is_some() { Appended::default() } else { self.commit(at_ms) }
    }

    /// Tries to make everything taken durable; when to try again, if not.
    pub(crate) fn commit(&mut self, now_ms: u64) -> Appended {
        let Some(process) = &mut self.process else { return Appended::default() };
        match process.pipeline.commit(self.clock.at(now_ms)) {
            Ok(()) => {
                self.retry_at_ms = None;
                Appended { events: std::mem::take(&mut self.unsaved), retry_at_ms: None }
            }
            Err(error) => {
                assert!(error.is_full(), "nothing else is the reason: {error:?}");
                self.not_saved += 1;
                self.retry_at_ms = Some(now_ms + COMMIT_RETRY_MS);
                Appended { events: Vec::new(), retry_at_ms: self.retry_at_ms }
            }
        }
    }

    /// Keeps a copy of what is durable now.
    pub(crate) fn keep_synced(&mut self) {
        self.synced = Some(self.copy("synced"));
    }

    /// A copy of the files as they are now, not on the disk that may be full.
    fn copy(&self, name: &str) -> PathBuf {
        let copy = self.folder.join(name);
        drop(fs::remove_dir_all(&copy));
        copy_folder(&self.run_folder(), &copy);
        copy
    }

    /// Something else was made durable.
    pub(crate) fn forget_synced(&mut self) {
        self.synced = None;
    }

    /// Removes the outbox's files; nobody may be running.
    pub(crate) fn lose_files(&self) {
        // Where they are gone already, that is as good.
        drop(fs::remove_dir_all(self.run_folder()));
    }

    /// What is in the file, as any process sees it; nothing where it has none.
    pub(crate) fn entries(&self) -> Vec<outbox::Entry> {
        let Some(view) = self.view() else { return Vec::new() };
        match view.list(Filter::All, LIST_MAX) {
            Ok(entries) => entries,
            // A damaged page may hide the rest of a list, until a companion has
            // started on it.
            Err(_) if self.page_damaged == Some(self.run) && self.process.is_none() => Vec::new(),
            Err(error) => panic!("device {} cannot list its outbox: {error:?}", self.number),
        }
    }

    /// The same of events that wait to be sent.
    pub(crate) fn waiting(&self) -> Vec<EventId> {
        let Some(view) = self.view() else { return Vec::new() };
        let listed = view.list(Filter::In(EntryState::Pending), LIST_MAX).unwrap_or_default();
        listed.into_iter().map(|entry| entry.event_id).collect()
    }

    /// Events that are to be sent, or were refused, each with its sequence and its
    /// body: as far as they can be read.
    pub(crate) fn unsent(&self) -> Vec<(EventId, u64, String)> {
        let Some(view) = self.view() else { return Vec::new() };
        let readable = view.export(Filter::All).map_while(Result::ok);
        let unsent = readable.filter(|shown| shown.entry.state != EntryState::Settled);
        unsent.map(|shown| (shown.entry.event_id, shown.entry.sequence, shown.body)).collect()
    }

    /// What became of a damaged file, in words.
    pub(crate) fn salvaged(&self) -> String {
        let Some(process) = &self.process else { return String::new() };
        let outbox = process.outbox.lock().unwrap();
        outbox.salvaged().map_or_else(String::new, |salvaged| {
            format!("; salvaged {} events, {} unreadable", salvaged.events, salvaged.unreadable)
        })
    }

    pub(crate) fn view(&self) -> Option<OutboxView> {
        OutboxView::open(&self.outbox_path()).ok()
    }
}

/// What a commit made durable.
#[derive(Default)]
pub(crate) struct Appended {
    pub(crate) events: Vec<(NewEvent, u64)>,
    /// The disk refused: when to ask it again.
    pub(crate) retry_at_ms: Option<u64>,
}

/// What a kill leaves of the files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Power {
    /// Everything that was written.
    Stays,
    /// What was synced.
    Fails,
}
