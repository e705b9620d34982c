//! Followers on real files: what a game, a disk and a restart do to them.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
    time::Duration,
};

use event_model::{Reading, Received, Source};
use game_client::{
    CATCH_UP_FILES_MAX, FollowConfig, FollowCounts, FollowHealth, LINE_BYTES_MAX, Layout, LogFile,
    LogFollower,
};
use game_session::{FollowedTo, LineSum};
use tempfile::TempDir;
use tokio::{
    sync::{mpsc, watch},
    task::JoinHandle,
    time::timeout,
};

use crate::support::{IN_1990, IN_2040, SetClock};

/// Longer than ten looks of a busy machine: a line that is lost fails its test.
const LOST_AFTER: Duration = Duration::from_secs(60);

/// Files called `log.…`, in the order of their names.
pub(crate) const LOGS: Layout =
    Layout { list, order: str::to_owned, begin: |files| files.len() - 1, nested: false };

fn list(folder: &Path) -> io::Result<Vec<LogFile>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        if name.starts_with("log") {
            files.push(LogFile { name, path: entry.path() });
        }
    }
    Ok(files)
}

fn counts_in(health: &FollowHealth) -> Option<&FollowCounts> {
    if let FollowHealth::Following { counts, .. } = health { Some(counts) } else { None }
}

/// A follower of a folder, and what it reads.
pub(crate) struct Following {
    readings: mpsc::Receiver<Received>,
    health: watch::Receiver<FollowHealth>,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Following {
    /// Of a folder whose files are written while it looks.
    pub(crate) fn of(folder: &Path, layout: Layout, from: Option<FollowedTo>) -> Self {
        Self::at(IN_1990, folder, layout, from)
    }

    fn at(time: &str, folder: &Path, layout: Layout, from: Option<FollowedTo>) -> Self {
        let config =
            FollowConfig { source: Source::Elite, folder: folder.to_owned(), layout, from };
        let follower = LogFollower::new(config, SetClock::at(time));
        let (sender, readings) = mpsc::channel(4);
        let (stop, stopping) = watch::channel(false);
        let health = follower.health();
        let task = tokio::spawn(follower.run(sender, stopping));
        Self { readings, health, stop, task }
    }

    pub(crate) async fn reading(&mut self) -> Reading {
        let reading = timeout(LOST_AFTER, self.readings.recv()).await;
        reading.expect("a reading that never came").unwrap().reading
    }

    /// The next line with its place; faults are left out.
    pub(crate) async fn line(&mut self) -> (String, u64, String) {
        loop {
            if let Reading::Frame(frame) = self.reading().await {
                let text = String::from_utf8(frame.body).unwrap();
                return (frame.file.unwrap(), frame.offset.unwrap(), text);
            }
        }
    }

    pub(crate) async fn text(&mut self) -> String {
        self.line().await.2
    }

    async fn fault(&mut self) -> String {
        match self.reading().await {
            Reading::Fault(fault) => fault.error,
            Reading::Frame(frame) => panic!("a line: {frame:?}"),
        }
    }

    pub(crate) async fn counts(&mut self, reached: impl Fn(&FollowCounts) -> bool) -> FollowCounts {
        let health = self.health.wait_for(|health| counts_in(health).is_some_and(&reached));
        let health = timeout(LOST_AFTER, health).await.expect("counts never reached").unwrap();
        *counts_in(&health).unwrap()
    }

    async fn stopped(self) {
        self.stop.send_replace(true);
        timeout(LOST_AFTER, self.task).await.expect("it did not stop").unwrap();
    }
}

pub(crate) fn append(file: &Path, text: impl AsRef<[u8]>) {
    let mut file = OpenOptions::new().append(true).create(true).open(file).unwrap();
    file.write_all(text.as_ref()).unwrap();
}

fn folder() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log.1");
    (folder, log)
}

#[tokio::test]
async fn lines_come_with_their_file_and_place_as_they_are_completed() {
    let (folder, log) = folder();
    append(&log, "one\r\ntwo\nthr");
    let mut following = Following::of(folder.path(), LOGS, None);
    assert_eq!(following.line().await, ("log.1".into(), 0, "one".into()));
    assert_eq!(following.line().await, ("log.1".into(), 5, "two".into()));
    append(&log, "ee\none\r\n");
    assert_eq!(following.line().await, ("log.1".into(), 9, "three".into()));
    assert_eq!(following.line().await, ("log.1".into(), 15, "one".into()), "the same bytes again");
    following.stopped().await;
}

#[tokio::test]
async fn what_was_played_long_before_the_first_look_is_left_alone_until_it_is_played_on() {
    let (folder, log) = folder();
    append(&log, "long ago\n");
    let mut following = Following::at(IN_2040, folder.path(), LOGS, None);
    let left_alone = "what was played before is left alone; the next game is read";
    assert_eq!(following.fault().await, left_alone);
    append(&folder.path().join("log.2"), "now\n");
    assert_eq!(following.line().await, ("log.2".into(), 0, "now".into()));
    append(&log, "late\n");
    append(&folder.path().join("log.3"), "next\n");
    assert_eq!(following.text().await, "next", "what is left alone stays so");
}

#[tokio::test]
async fn a_session_that_was_silent_and_goes_on_is_read_whole() {
    let (folder, log) = folder();
    append(&log, "who plays\n");
    let mut following = Following::at(IN_2040, folder.path(), LOGS, None);
    following.fault().await;
    append(&log, "a match\n");
    assert_eq!(
        (following.text().await, following.text().await),
        ("who plays".into(), "a match".into())
    );
}

#[tokio::test]
async fn however_long_it_was_away_it_goes_on_at_its_place() {
    let (folder, log) = folder();
    append(&log, "one\ntwo\n");
    let mut following = Following::at(IN_2040, folder.path(), LOGS, place("log.1", 0, "one"));
    assert_eq!((following.text().await, following.text().await), ("one".into(), "two".into()));
}

#[tokio::test]
async fn it_begins_with_the_newest_file_and_reads_each_later_one() {
    let (folder, log) = folder();
    append(&folder.path().join("log.0"), "long ago\n");
    append(&log, "one\n");
    let mut following = Following::of(folder.path(), LOGS, None);
    assert_eq!(following.text().await, "one");
    append(&log, "last of the first\n");
    append(&folder.path().join("log.2"), "two\n");
    assert_eq!(following.text().await, "last of the first");
    assert_eq!(following.text().await, "two");
    append(&log, "late\n");
    assert_eq!(following.line().await, ("log.1".into(), 22, "late".into()), "a second client's");
}

#[tokio::test]
async fn a_name_that_is_earlier_is_a_later_file_if_it_appears_later() {
    let (folder, log) = folder();
    append(&log, "one\n");
    let mut following = Following::of(folder.path(), LOGS, None);
    assert_eq!(following.text().await, "one");
    append(&folder.path().join("log.0"), "clocks were set back\n");
    assert_eq!(following.text().await, "clocks were set back");
}

#[tokio::test]
async fn a_folder_that_is_not_there_is_a_state_until_it_is() {
    let (folder, _) = folder();
    let logs = folder.path().join("Logs");
    let mut following = Following::of(&logs, LOGS, None);
    assert_eq!(following.fault().await, "the game has written no log yet");
    fs::create_dir(&logs).unwrap();
    assert_eq!(following.fault().await, "the folder of its logs has none");
    append(&logs.join("log.1"), "one\n");
    assert_eq!(following.text().await, "one");
}

#[tokio::test]
async fn a_shortened_file_is_counted_and_read_from_its_start() {
    let (folder, log) = folder();
    append(&log, "one\ntwo\n");
    let mut following = Following::of(folder.path(), LOGS, None);
    assert_eq!((following.text().await, following.text().await), ("one".into(), "two".into()));
    fs::write(&log, "new\n").unwrap();
    assert_eq!(following.fault().await, "log.1 was shortened: it is read from its start again");
    assert_eq!(following.line().await, ("log.1".into(), 0, "new".into()));
    assert_eq!(following.counts(|counts| counts.lines == 3).await.start_overs, 1);
}

#[tokio::test]
async fn a_file_that_was_written_anew_and_grew_past_the_place_is_not_taken_for_grown() {
    let (folder, log) = folder();
    append(&log, "one\ntwo\n");
    let mut following = Following::of(folder.path(), LOGS, None);
    assert_eq!((following.text().await, following.text().await), ("one".into(), "two".into()));
    fs::write(&log, "new\nnew\nand more\n").unwrap();
    let fault = following.fault().await;
    let texts = [following.text().await, following.text().await, following.text().await];
    assert_eq!(texts, ["new", "new", "and more"], "{fault}");
}

#[tokio::test]
async fn a_file_that_is_deleted_and_begun_anew_is_another() {
    let (folder, log) = folder();
    append(&log, "one\n");
    let mut following = Following::of(folder.path(), LOGS, None);
    assert_eq!(following.text().await, "one");
    fs::remove_file(&log).unwrap();
    // Windows frees a deleted file's name at once, by POSIX semantics. Wine keeps it
    // until the last handle is closed, and the follower has the file open.
    if cfg!(windows) && File::create_new(&log).is_err() {
        eprintln!("ended early: a deleted file that is open keeps its name here");
        return;
    }
    append(&log, "two and more\n");
    assert_eq!(following.line().await, ("log.1".into(), 0, "two and more".into()));
}

#[tokio::test]
async fn a_line_that_is_too_long_is_counted_and_later_ones_keep_their_places() {
    let (folder, log) = folder();
    append(&log, "one\n");
    append(&log, vec![b'x'; LINE_BYTES_MAX + 1]);
    append(&log, "\n");
    append(&log, vec![b'y'; LINE_BYTES_MAX]);
    append(&log, "\ntwo\n");
    let mut following = Following::of(folder.path(), LOGS, None);
    assert_eq!(following.text().await, "one");
    assert_eq!(following.text().await.len(), LINE_BYTES_MAX);
    let place = 4 + 2 * LINE_BYTES_MAX as u64 + 3;
    assert_eq!(following.line().await, ("log.1".into(), place, "two".into()));
    assert_eq!(following.counts(|counts| counts.lines == 3).await.too_long, 1);
}

fn place(file: &str, offset: u64, line: &str) -> Option<FollowedTo> {
    Some(FollowedTo { file: file.to_owned(), offset, line: LineSum::of(line.as_bytes()) })
}

#[tokio::test]
async fn a_restart_goes_on_at_the_saved_line_and_reads_every_file_that_came_meanwhile() {
    let (folder, log) = folder();
    append(&folder.path().join("log.0"), "long ago\n");
    append(&log, "one\ntwo\r\nthree\n");
    append(&folder.path().join("log.2"), "four\n");
    append(&folder.path().join("log.3"), "five\n");
    let mut following = Following::of(folder.path(), LOGS, place("log.1", 4, "two"));
    let mut texts = Vec::new();
    for _ in 0..4 {
        texts.push(following.text().await);
    }
    assert_eq!(texts, ["two", "three", "four", "five"]);
}

#[tokio::test]
async fn a_place_whose_line_is_another_is_not_believed() {
    let (folder, log) = folder();
    append(&log, "new\nnew\nnew\n");
    let mut following = Following::of(folder.path(), LOGS, place("log.1", 4, "two"));
    assert_eq!(following.fault().await, "log.1 was written anew: it is read from its start again");
    assert_eq!(following.line().await, ("log.1".into(), 0, "new".into()));
}

#[tokio::test]
async fn a_place_whose_file_has_gone_goes_on_with_the_next() {
    let (folder, log) = folder();
    append(&folder.path().join("log.0"), "long ago\n");
    append(&log, "one\n");
    let mut following = Following::of(folder.path(), LOGS, place("log.00", 4, "two"));
    assert_eq!(following.text().await, "one");
}

#[tokio::test]
async fn files_that_are_too_many_are_left_out_and_counted() {
    let (folder, _) = folder();
    for number in 0..CATCH_UP_FILES_MAX + 3 {
        append(&folder.path().join(format!("log.{number:03}")), format!("{number}\n"));
    }
    let mut following = Following::of(folder.path(), LOGS, place("log.000", 0, "0"));
    let left_out = "3 files that were written meanwhile are left out";
    assert_eq!(following.fault().await, left_out);
    assert_eq!(following.text().await, "3");
    let all = CATCH_UP_FILES_MAX as u64;
    let drained = async { while following.text().await != (all + 2).to_string() {} };
    drained.await;
    assert_eq!(following.counts(|counts| counts.lines == all).await.left_out, 3);
}

#[tokio::test]
async fn a_disk_that_says_nothing_is_looked_at_all_the_same() {
    // A folder below the one that is watched is not watched itself.
    let (folder, _) = folder();
    let nested = Layout { list: |folder| list(&folder.join("below")), ..LOGS };
    let log = folder.path().join("below").join("log.1");
    fs::create_dir(log.parent().unwrap()).unwrap();
    append(&log, "one\n");
    let mut following = Following::of(folder.path(), nested, None);
    assert_eq!(following.text().await, "one");
    append(&log, "two\n");
    assert_eq!(following.text().await, "two");
}

#[tokio::test]
async fn it_ends_when_nobody_takes_the_lines() {
    let (folder, log) = folder();
    append(&log, "one\n");
    let Following { readings, task, .. } = Following::of(folder.path(), LOGS, None);
    drop(readings);
    timeout(LOST_AFTER, task).await.expect("it did not end").unwrap();
}

/// A folder that cannot be listed without a fault of ours.
fn faulty(_: &Path) -> io::Result<Vec<LogFile>> {
    panic!("a fault of ours")
}

#[tokio::test]
async fn a_reader_that_panics_says_so_and_ends() {
    let folder = TempDir::new().unwrap();
    let layout = Layout { list: faulty, ..LOGS };
    let mut following = Following::of(folder.path(), layout, None);
    let said = following.fault().await;
    assert!(said.contains("stopped"), "{said}");
    following.task.await.unwrap();
    assert_eq!(following.health.borrow().to_string(), said);
    assert!(!following.health.borrow().is_following());
}
