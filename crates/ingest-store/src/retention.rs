//! What is forgotten, and when: in steps, since requests wait meanwhile.

use event_model::WallTime;
use ingest_api::Lifetimes;
use rusqlite::{Transaction, TransactionBehavior, params};

use crate::{
    Result, Store, answer,
    columns::signed,
    segment::{self, Segment},
};

/// Batches whose bytes or evidence are deleted in one step, at most.
const BATCHES_A_STEP: i64 = 500;
/// And their bytes: every page of them is visited, five hundred of them here,
/// which takes some milliseconds.
const BYTES_A_STEP: i64 = 2 * 1024 * 1024;

/// Answers looked at in one step.
const ANSWERS_A_STEP: i64 = 2_000;

const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

/// How long what is kept.
#[derive(Debug, Clone, Copy)]
pub struct Retention {
    /// Events are dropped by whole months so many days after a month's end;
    /// never where absent.
    pub retain_days: Option<u64>,
    /// Of the gate and of answers.
    pub lifetimes: Lifetimes,
}

/// How far one step came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Retired {
    /// There is more to forget; pass this to the next step.
    More(Place),
    /// Nothing is left that has outlived its time.
    All,
}

/// Where the next step goes on among the answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    device_no: i64,
    name: Vec<u8>,
    /// Answers of this device up to here.
    counted: u64,
}

impl Retention {
    /// Whether the lifetimes fit each other; where they do not, which rule is
    /// broken, for a person.
    ///
    /// # Errors
    /// The broken rule.
    pub fn check(&self) -> std::result::Result<(), &'static str> {
        self.lifetimes.check()?;
        let retained_s = self.retain_days.map(|days| days.saturating_mul(86_400));
        if retained_s.is_some_and(|retained_s| retained_s < self.lifetimes.seal_after_s) {
            return Err("retain_days must not be shorter than seal_after: events would be \
                        dropped before their match is sealed");
        }
        Ok(())
    }

    fn events_end(&self, segment: &Segment) -> Option<WallTime> {
        let retain_ms = signed(self.retain_days?).saturating_mul(DAY_MS);
        Some(segment.end()?.plus_ms(retain_ms))
    }

    fn gate_end(&self, segment: &Segment) -> Option<WallTime> {
        let retention_ms = signed(self.lifetimes.gate_retention_s).saturating_mul(1_000);
        Some(segment.end()?.plus_ms(retention_ms))
    }
}

impl Store {
    /// Forgets a bounded part of what has outlived its time.
    ///
    /// # Errors
    /// Where SQLite fails.
    pub fn retire(
        &mut self,
        retention: &Retention,
        now: WallTime,
        from: Option<Place>,
    ) -> Result<Retired> {
        let transaction =
            self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let segments = segment::all(&transaction)?;
        let mut retired = None;
        for (index, segment) in segments.iter().enumerate() {
            let is_newest = index + 1 == segments.len();
            retired = retire_segment(&transaction, retention, now, segment, is_newest)?;
            if retired.is_some() {
                break;
            }
        }
        let step = match retired {
            Some(Dropped::Part) => Retired::More(Place::start(from)),
            Some(Dropped::Table) => {
                // What is remembered of the segments no longer holds.
                self.intake = None;
                Retired::More(Place::start(from))
            }
            None => retire_answers(&transaction, &segments, retention, now, Place::start(from))?,
        };
        transaction.commit()?;
        Ok(step)
    }
}

impl Place {
    fn start(from: Option<Self>) -> Self {
        from.unwrap_or(Self { device_no: 0, name: Vec::new(), counted: 0 })
    }

    /// One answer further.
    fn at(&self, device_no: i64, name: Vec<u8>) -> Self {
        let counted = if device_no == self.device_no { self.counted + 1 } else { 1 };
        Self { device_no, name, counted }
    }
}

enum Dropped {
    Part,
    Table,
}

/// The newest segment's tables stay: batches are numbered on from them.
fn retire_segment(
    transaction: &Transaction<'_>,
    retention: &Retention,
    now: WallTime,
    segment: &Segment,
    is_newest: bool,
) -> Result<Option<Dropped>> {
    let is_over = |end: Option<WallTime>| end.is_some_and(|end| end <= now);
    if segment.has_events {
        if !is_over(retention.events_end(segment)) {
            return Ok(None);
        }
        if delete_some(transaction, &segment.events(), "events")? {
            return Ok(Some(Dropped::Part));
        }
        if is_newest {
            return Ok(None);
        }
        transaction.execute_batch(&format!("DROP TABLE {}", segment.events()))?;
        forget_decisions(transaction, segment)?;
        let sql = "UPDATE segment SET has_events = 0 WHERE segment_no = ?1";
        transaction.execute(sql, [segment.number])?;
        return Ok(Some(Dropped::Table));
    }
    if is_newest || !is_over(retention.gate_end(segment)) {
        return Ok(None);
    }
    if delete_some(transaction, &segment.receipts(), "evidence")? {
        return Ok(Some(Dropped::Part));
    }
    transaction.execute_batch(&format!("DROP TABLE {}", segment.receipts()))?;
    transaction.execute("DELETE FROM segment WHERE segment_no = ?1", [segment.number])?;
    Ok(Some(Dropped::Table))
}

/// What was decided about events of a month goes with them. A decision covers
/// what came before it; of a match that went on it is made again.
fn forget_decisions(transaction: &Transaction<'_>, segment: &Segment) -> Result<()> {
    let sql = "DELETE FROM match_decision WHERE through < (
                   SELECT min(first_position) FROM segment WHERE segment_no > ?1)";
    transaction.execute(sql, [segment.number])?;
    Ok(())
}

/// Deletes the oldest rows of a table; whether there were any.
fn delete_some(transaction: &Transaction<'_>, table: &str, blob: &str) -> Result<bool> {
    let mut last = None;
    {
        // The length of a blob is known without reading it.
        let sql = format!(
            "SELECT batch_no, length({blob}) FROM {table} ORDER BY batch_no LIMIT {BATCHES_A_STEP}"
        );
        let mut statement = transaction.prepare(&sql)?;
        let mut rows = statement.query([])?;
        let mut bytes = 0;
        while let Some(row) = rows.next()? {
            last = Some(row.get::<_, i64>(0)?);
            bytes += row.get::<_, i64>(1)?;
            if bytes >= BYTES_A_STEP {
                break;
            }
        }
    }
    if let Some(last) = last {
        transaction.execute(&format!("DELETE FROM {table} WHERE batch_no <= ?1"), [last])?;
    }
    Ok(last.is_some())
}

/// Looks at some answers and forgets those too old, and those of a device that
/// are too many.
fn retire_answers(
    transaction: &Transaction<'_>,
    segments: &[Segment],
    retention: &Retention,
    now: WallTime,
    from: Place,
) -> Result<Retired> {
    let look = Look::at_some(transaction, segments, retention, now, &from)?;
    transaction
        .prepare_cached(
            "DELETE FROM kept_answer WHERE (device_no, name) > (?1, ?2)
                    AND (device_no, name) <= (?3, ?4) AND answered_at_ms <= ?5",
        )?
        .execute(params![
            from.device_no,
            from.name,
            look.through.device_no,
            look.through.name,
            answer::oldest_kept(now, &retention.lifetimes)
        ])?;
    for batch_no in look.outlived {
        answer::forget(transaction, segments, batch_no)?;
    }
    let (mut forgotten, most) = (0, retention.lifetimes.idempotency_answers_max);
    for device_no in look.crowded {
        let trimmed = answer::forget_beyond(transaction, segments, device_no, most)?;
        forgotten += trimmed.forgotten;
        // From here again: what was forgotten is not met a second time.
        if trimmed.left > signed(most) || forgotten >= answer::FORGOTTEN_A_STEP {
            return Ok(Retired::More(from));
        }
    }
    Ok(if look.is_last { Retired::All } else { Retired::More(look.through) })
}

/// What was found among the next answers.
struct Look {
    /// The batches of those that are too old.
    outlived: Vec<i64>,
    /// Devices that have too many.
    crowded: Vec<i64>,
    through: Place,
    is_last: bool,
}

impl Look {
    fn at_some(
        transaction: &Transaction<'_>,
        segments: &[Segment],
        retention: &Retention,
        now: WallTime,
        from: &Place,
    ) -> Result<Self> {
        let oldest = answer::oldest_kept(now, &retention.lifetimes);
        let most = retention.lifetimes.idempotency_answers_max;
        let (mut outlived, mut crowded, mut through) = (Vec::new(), Vec::new(), from.clone());
        let sql = "SELECT device_no, name, batch_no, answered_at_ms FROM kept_answer
                   WHERE (device_no, name) > (?1, ?2) ORDER BY device_no, name LIMIT ?3";
        let mut statement = transaction.prepare_cached(sql)?;
        let mut rows = statement.query(params![from.device_no, from.name, ANSWERS_A_STEP])?;
        let (mut seen, mut forgotten, mut bytes) = (0, 0, 0);
        while forgotten < answer::FORGOTTEN_A_STEP && bytes < answer::BYTES_FORGOTTEN_A_STEP {
            let Some(row) = rows.next()? else {
                let is_last = seen < ANSWERS_A_STEP;
                return Ok(Self { outlived, crowded, through, is_last });
            };
            seen += 1;
            through = through.at(row.get(0)?, row.get(1)?);
            if through.counted == most.saturating_add(1) {
                crowded.push(through.device_no);
            }
            if row.get::<_, i64>(3)? <= oldest {
                let batch_no = row.get(2)?;
                bytes += answer::bytes_to_forget(transaction, segments, batch_no)?;
                forgotten += 1;
                outlived.push(batch_no);
            }
        }
        Ok(Self { outlived, crowded, through, is_last: false })
    }
}
