//! What changed in a match, in few bytes: each change is a letter and the
//! distances of its numbers from the ones before, which are small.

use association::{Change, LogNo, OccurrenceNo};
use rusqlite::{Connection, params};

use crate::{Result, columns::signed, varint};

/// Changes a row holds at most: what one reader decodes for one of them.
const CHANGES_A_ROW: usize = 1_024;

/// Writes down what changed after revision `first - 1`.
pub(crate) fn append(
    index: &Connection,
    match_id: i64,
    first: u64,
    changes: &[Change],
) -> Result<()> {
    let mut statement = index.prepare_cached(
        "INSERT INTO change (match_id, first_revision, last_revision, changes)
         VALUES (?1, ?2, ?3, ?4)",
    )?;
    let mut first = first;
    for part in changes.chunks(CHANGES_A_ROW) {
        let next = part.iter().fold(first, |next, _| next + 1);
        statement.execute(params![match_id, signed(first), signed(next - 1), encode(part)])?;
        first = next;
    }
    Ok(())
}

/// The changes of a match behind `revision`, at most `limit`, each with its own.
pub(crate) fn after(
    index: &Connection,
    match_id: i64,
    revision: u64,
    limit: usize,
) -> Result<Vec<(u64, Change)>> {
    let mut statement = index.prepare_cached(
        "SELECT first_revision, changes FROM change WHERE match_id = ?1 AND first_revision >= ifnull(
             (SELECT max(first_revision) FROM change WHERE match_id = ?1 AND first_revision <= ?2), 0)
         ORDER BY first_revision",
    )?;
    let mut rows = statement.query(params![match_id, signed(revision.saturating_add(1))])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let first = row.get::<_, i64>(0)?.unsigned_abs();
        let changes = decode(row.get_ref(1)?.as_blob().unwrap_or_default());
        let behind = (first..).zip(changes).skip_while(|(number, _)| *number <= revision);
        found.extend(behind.take(limit - found.len()));
        if found.len() >= limit {
            break;
        }
    }
    Ok(found)
}

/// Numbers that stand near each other.
#[derive(Default)]
struct Numbers {
    before: u64,
}

impl Numbers {
    fn write(&mut self, bytes: &mut Vec<u8>, number: u64) {
        varint::write_signed(bytes, number.wrapping_sub(self.before).cast_signed());
        self.before = number;
    }

    fn read(&mut self, bytes: &mut &[u8]) -> Option<u64> {
        let distance = varint::read_signed(bytes)?;
        self.before = self.before.wrapping_add(distance.cast_unsigned());
        Some(self.before)
    }
}

fn encode(changes: &[Change]) -> Vec<u8> {
    let (mut bytes, mut numbers) = (Vec::with_capacity(changes.len() * 4), Numbers::default());
    for change in changes {
        let (letter, told) = taken_apart(*change);
        bytes.push(letter);
        told.into_iter().flatten().for_each(|number| numbers.write(&mut bytes, number));
    }
    bytes
}

fn taken_apart(change: Change) -> (u8, [Option<u64>; 3]) {
    match change {
        // Its number is that of the report.
        Change::Created { occurrence, report: _ } => (b'c', [Some(occurrence.0), None, None]),
        Change::Witnessed { occurrence, report } => {
            (b'w', [Some(occurrence.0), Some(report.0), None])
        }
        Change::Unwitnessed { occurrence, report } => {
            (b'u', [Some(occurrence.0), Some(report.0), None])
        }
        Change::Merged { occurrence, into } => (b'm', [Some(occurrence.0), Some(into.0), None]),
        Change::Split { occurrence, from, report } => {
            (b's', [Some(occurrence.0), Some(from.0), Some(report.0)])
        }
        Change::Retimed { occurrence } => (b't', [Some(occurrence.0), None, None]),
        Change::Retracted { occurrence } => (b'r', [Some(occurrence.0), None, None]),
        Change::Moved => (b'v', [None; 3]),
        Change::Sealed => (b'l', [None; 3]),
        Change::Reopened => (b'o', [None; 3]),
    }
}

/// What cannot be read ends it: the index is damaged, which its check finds.
fn decode(mut bytes: &[u8]) -> Vec<Change> {
    let (mut changes, mut numbers) = (Vec::new(), Numbers::default());
    while let Some(change) = decode_one(&mut bytes, &mut numbers) {
        changes.push(change);
    }
    changes
}

fn decode_one(bytes: &mut &[u8], numbers: &mut Numbers) -> Option<Change> {
    let (letter, rest) = bytes.split_first()?;
    *bytes = rest;
    let mut number = || numbers.read(bytes);
    Some(match letter {
        b'c' => {
            let occurrence = OccurrenceNo(number()?);
            Change::Created { occurrence, report: occurrence.founder() }
        }
        b'w' => Change::Witnessed { occurrence: OccurrenceNo(number()?), report: LogNo(number()?) },
        b'u' => {
            Change::Unwitnessed { occurrence: OccurrenceNo(number()?), report: LogNo(number()?) }
        }
        b'm' => {
            Change::Merged { occurrence: OccurrenceNo(number()?), into: OccurrenceNo(number()?) }
        }
        b's' => Change::Split {
            occurrence: OccurrenceNo(number()?),
            from: OccurrenceNo(number()?),
            report: LogNo(number()?),
        },
        b't' => Change::Retimed { occurrence: OccurrenceNo(number()?) },
        b'r' => Change::Retracted { occurrence: OccurrenceNo(number()?) },
        b'v' => Change::Moved,
        b'l' => Change::Sealed,
        b'o' => Change::Reopened,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn any_change() -> impl Strategy<Value = Change> {
        (0u8..10, any::<u64>(), 0u64..1_000_000, any::<u64>()).prop_map(|(which, a, b, c)| {
            let occurrence = OccurrenceNo(a);
            match which {
                0 => Change::Created { occurrence, report: LogNo(a) },
                1 => Change::Witnessed { occurrence, report: LogNo(b) },
                2 => Change::Unwitnessed { occurrence, report: LogNo(b) },
                3 => Change::Merged { occurrence, into: OccurrenceNo(b) },
                4 => Change::Split { occurrence, from: OccurrenceNo(b), report: LogNo(c) },
                5 => Change::Retimed { occurrence },
                6 => Change::Retracted { occurrence },
                7 => Change::Moved,
                8 => Change::Sealed,
                _ => Change::Reopened,
            }
        })
    }

    fn index() -> Connection {
        let index = Connection::open_in_memory().unwrap();
        index.execute_batch(include_str!("index.sql")).unwrap();
        index
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_from_any_revision_on(
            steps in prop::collection::vec(prop::collection::vec(any_change(), 1..9), 1..6),
            after_revision in 0u64..40,
            limit in 1usize..40,
        ) {
            let index = index();
            let mut first = 1;
            for step in &steps {
                append(&index, 7, first, step).unwrap();
                first += u64::try_from(step.len()).unwrap();
            }
            let all: Vec<(u64, Change)> = (1..).zip(steps.concat()).collect();
            let behind = all.into_iter().filter(|(revision, _)| *revision > after_revision);
            let wanted: Vec<_> = behind.take(limit).collect();
            prop_assert_eq!(after(&index, 7, after_revision, limit).unwrap(), wanted);
            prop_assert_eq!(after(&index, 8, 0, limit).unwrap(), vec![]);
        }
    }

    #[test]
    fn a_long_step_is_several_rows() {
        let index = index();
        let changes: Vec<_> =
            (0..3_000).map(|no| Change::Retimed { occurrence: OccurrenceNo(no) }).collect();
        append(&index, 1, 1, &changes).unwrap();
        let found = after(&index, 1, 2_000, 10).unwrap();
        assert_eq!(found[0], (2_001, Change::Retimed { occurrence: OccurrenceNo(2_000) }));
        let rows: i64 = index.query_row("SELECT count(*) FROM change", [], |r| r.get(0)).unwrap();
        assert_eq!(rows, 3);
    }
}
