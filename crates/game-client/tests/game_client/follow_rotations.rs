//! Ten thousand rotations beside a follower, while the writer waits for nobody:
//! nothing is lost and nothing is read twice. Truncations are each counted, and
//! what a completed look could see is not lost.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
    thread,
};

use game_client::Layout;

use crate::follow::{Following, LOGS, append};

/// On Windows fewer: those tests run under Wine, where ten thousand take ten minutes.
const ROTATIONS: u64 = if cfg!(windows) { 500 } else { 10_000 };

/// Lines of one file: 0 to 4, so that some files have none.
fn lines_of(file: u64) -> u64 {
    file * 7 % 5
}

fn text(file: u64, line: u64) -> String {
    // Every other one is the same bytes as in the file before.
    format!("{file:05} {line} {}\n", "x".repeat(usize::try_from(file % 300).unwrap()))
}

/// Writes one file as a game does: now a line at once, now half of one first.
fn write_file(path: &Path, number: u64) {
    let mut file = File::create_new(path).unwrap();
    for line in 0..lines_of(number) {
        let text = text(number, line);
        let half = if (number + line).is_multiple_of(3) { text.len() / 2 } else { 0 };
        file.write_all(&text.as_bytes()[..half]).unwrap();
        file.write_all(&text.as_bytes()[half..]).unwrap();
    }
}

/// Reads until `last` came; what came, each as (file, line), with how often.
async fn read_until(following: &mut Following, last: &str) -> Vec<(u64, u64)> {
    let mut read = Vec::new();
    loop {
        let text = following.text().await;
        if text == last {
            return read;
        }
        let mut words = text.split(' ');
        let mut number = || words.next().unwrap().parse().unwrap();
        read.push((number(), number()));
    }
}

/// Every line of every file exactly once, and a file's lines in their order.
fn assert_whole(read: &[(u64, u64)]) {
    let mut of_file: BTreeMap<u64, Vec<u64>> = BTreeMap::new();
    for (file, line) in read {
        of_file.entry(*file).or_default().push(*line);
    }
    for file in 1..=ROTATIONS {
        let lines = of_file.remove(&file).unwrap_or_default();
        assert_eq!(lines, (0..lines_of(file)).collect::<Vec<_>>(), "of file {file}");
    }
    assert_eq!(of_file, BTreeMap::new(), "files that were never written");
}

#[tokio::test]
async fn ten_thousand_new_files_under_load_lose_and_double_nothing() {
    let folder = tempfile::tempdir().unwrap();
    append(&folder.path().join("log.00000"), "begin\n");
    let mut following = Following::of(folder.path(), LOGS, None);
    assert_eq!(following.text().await, "begin");
    let path = folder.path().to_owned();
    let writer = thread::spawn(move || {
        for number in 1..=ROTATIONS {
            write_file(&path.join(format!("log.{number:05}")), number);
        }
        append(&path.join("log.99999"), "end\n");
    });
    assert_whole(&read_until(&mut following, "end").await);
    writer.join().unwrap();
}

#[tokio::test]
async fn ten_thousand_renames_under_one_name_lose_and_double_nothing() {
    let folder = tempfile::tempdir().unwrap();
    // The file of the moment is the last one, whatever the renamed are called.
    let layout = Layout { order: |name| name.replace("log.live", "log.~"), ..LOGS };
    let live = folder.path().join("log.live");
    append(&live, "begin\n");
    let mut following = Following::of(folder.path(), layout, None);
    assert_eq!(following.text().await, "begin");
    let path = folder.path().to_owned();
    let writer = thread::spawn(move || {
        let live = path.join("log.live");
        let away = |number: u64| -> PathBuf { path.join(format!("log.{number:05}")) };
        fs::rename(&live, away(0)).unwrap();
        for number in 1..=ROTATIONS {
            write_file(&live, number);
            fs::rename(&live, away(number)).unwrap();
        }
        append(&live, "end\n");
    });
    let read = read_until(&mut following, "end").await;
    writer.join().unwrap();
    assert_whole(&read);
}

#[tokio::test]
async fn truncations_lose_nothing_that_a_completed_look_could_see_and_are_counted() {
    const TRUNCATIONS: u64 = 300;
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log.1");
    append(&log, "begin\n");
    let mut following = Following::of(folder.path(), LOGS, None);
    assert_eq!(following.text().await, "begin");
    let mut written = 1;
    for number in 1..=TRUNCATIONS {
        // Longer than before, as long, or shorter, in turn.
        let lines: Vec<_> =
            (0..=number / 2 % 4).map(|line| format!("{number:04} {line}")).collect();
        fs::write(&log, lines.join("\n") + "\n").unwrap();
        for line in &lines {
            assert_eq!(following.text().await, *line);
        }
        written += lines.len() as u64;
    }
    let counts = following.counts(|counts| counts.lines >= written).await;
    assert_eq!((counts.lines, counts.start_overs), (written, TRUNCATIONS));
}
