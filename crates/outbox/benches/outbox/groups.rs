//! Groups of events in one commit, against the plainest table there can be:
//! the same bodies under a row id, by prepared statements, with no index, and
//! with the same settings. It is filled a row a statement and many rows a
//! statement; the outbox is measured against the faster of the two.

use std::path::Path;

use outbox::Outbox;
use rusqlite::Connection;

use crate::{
    Arguments, Length,
    clock::{Took, median, micros, time},
    rows::{DEVICE, at, group},
    say,
};

const ROUNDS: usize = 15;
/// Forms of the plain insert.
const ROWS_A_STATEMENT: [usize; 2] = [1, 50];

pub(crate) fn measure(arguments: &Arguments) {
    say("| appends in groups | outbox | plain insert | ratio | of the work | aim |");
    say("|---|--:|--:|--:|--:|--:|");
    for (events, groups) in [(50, 100), (1_000, 10)] {
        let groups = match arguments.length {
            Length::Short => groups,
            Length::Long => groups * 5,
        };
        compare(&arguments.dir, events, groups);
    }
    say("");
}

/// `events` a group, `groups` a round; the files grow from round to round.
fn compare(dir: &Path, events: u64, groups: u64) {
    let path = dir.join(format!("ours-{events}.db"));
    let mut outbox = Outbox::open(&path, DEVICE, at(0)).expect("the outbox opens");
    let mut plains = ROWS_A_STATEMENT
        .map(|rows| Plain::open(&dir.join(format!("plain-{events}-{rows}.db")), rows));
    let mut ours = Vec::new();
    for round in 0..ROUNDS as u64 {
        let from = round * events * groups;
        let parts: Vec<_> = (0..groups).map(|n| [group(from + n * events, events)]).collect();
        let ((), took) = time(|| {
            for part in &parts {
                outbox.append(part, at(from)).expect("there is room");
            }
        });
        ours.push(took);
        let exported = bodies(&path, from);
        for plain in &mut plains {
            let ((), took) =
                time(|| exported.chunks(events as usize).for_each(|rows| plain.insert(rows)));
            plain.took.push(took);
        }
    }
    let cheapest = plains.iter().min_by(|a, b| work(&a.took).total_cmp(&work(&b.took)));
    let theirs = &cheapest.expect("there are some").took;
    line(events, &ours, theirs, (events * groups) as f64);
}

/// What a round typically took: work where the system says it, since the disk
/// makes of what passed what it likes.
fn work(took: &[Took]) -> f64 {
    median(&mut took.iter().map(|took| micros(took.work.unwrap_or(took.wall))).collect::<Vec<_>>())
}

/// The rows as they were written.
fn bodies(path: &Path, after: u64) -> Vec<String> {
    let db = Connection::open(path).expect("the file is there");
    let mut select = db
        .prepare("SELECT body FROM event WHERE sequence > ?1 ORDER BY sequence")
        .expect("the statement is right");
    let rows = select.query_map([after], |row| row.get(0)).expect("the rows can be read");
    rows.collect::<Result<_, _>>().expect("the rows can be read")
}

fn line(events: u64, ours: &[Took], theirs: &[Took], rows: f64) {
    let rate = |took: &[Took]| {
        median(&mut took.iter().map(|took| rows / took.wall.as_secs_f64()).collect::<Vec<_>>())
    };
    // Each pair ran side by side.
    let pairs = || ours.iter().zip(theirs);
    let ratio = median(
        &mut pairs()
            .map(|(ours, theirs)| theirs.wall.as_secs_f64() / ours.wall.as_secs_f64())
            .collect::<Vec<_>>(),
    );
    let mut work: Vec<f64> = pairs()
        .filter_map(|(ours, theirs)| Some(micros(theirs.work?) / micros(ours.work?)))
        .collect();
    let a_row = |took: &[Took]| {
        let work = took.iter().filter_map(|took| Some(micros(took.work?) / rows));
        median(&mut work.collect::<Vec<_>>())
    };
    let work = if work.is_empty() {
        "?".to_owned()
    } else {
        format!("{:.2} ({:.1} and {:.1} µs a row)", median(&mut work), a_row(ours), a_row(theirs))
    };
    say(&format!(
        "| of {events} | {:.0}/s | {:.0}/s | {ratio:.2} | {work} | ≥ 0.8 |",
        rate(ours),
        rate(theirs)
    ));
}

struct Plain {
    db: Connection,
    last: u64,
    rows_a_statement: usize,
    took: Vec<Took>,
}

impl Plain {
    fn open(path: &Path, rows_a_statement: usize) -> Self {
        let db = Connection::open(path).expect("the table's file is made");
        for (name, value) in [("journal_mode", "WAL"), ("synchronous", "FULL")] {
            db.pragma_update(None, name, value).expect("SQLite knows it");
        }
        db.execute_batch("CREATE TABLE row (sequence INTEGER PRIMARY KEY, body TEXT NOT NULL)")
            .expect("the table is made");
        Self { db, last: 0, rows_a_statement, took: Vec::new() }
    }

    /// `rows` fill their statements.
    fn insert(&mut self, rows: &[String]) {
        let transaction = self.db.transaction().expect("nobody else writes");
        {
            // FAIL, since the transaction undoes it: to be able to undo a
            // statement of many rows by itself costs more.
            let more = ", (?, ?)".repeat(self.rows_a_statement - 1);
            let mut insert = transaction
                .prepare_cached(&format!("INSERT OR FAIL INTO row VALUES (?, ?){more}"))
                .expect("the statement is right");
            for rows in rows.chunks_exact(self.rows_a_statement) {
                for (n, body) in rows.iter().enumerate() {
                    self.last += 1;
                    insert.raw_bind_parameter(2 * n + 1, self.last).expect("it has so many");
                    insert.raw_bind_parameter(2 * n + 2, body).expect("it has so many");
                }
                insert.raw_execute().expect("there is room");
            }
        }
        transaction.commit().expect("there is room");
    }
}
