//! Claim: which events go into the next request.

use std::collections::BTreeSet;

use delivery::{AskedAgain, BatchLimits, QuarantineReason};
use event_model::{CloudEvent, EventId, MatchKey, Moment, Origin, WallTime};
use rusqlite::{Connection, OptionalExtension, Params, Row};

use crate::{
    Error, checksum, conclude,
    kept::Kept,
    origin,
    spans::{Span, Spans, ranges},
    view::event_id,
};

/// Of so many batches one begins with the oldest events, whatever matches run:
/// so nothing waits for ever behind a player who never stops.
const OLDEST_FIRST_EVERY: u8 = 4;

/// An event in a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claimed {
    /// Its place in the outbox.
    pub sequence: u64,
    /// Its id.
    pub event_id: EventId,
    /// Its match.
    pub match_key: MatchKey,
    /// Live or replayed; one batch holds only one of them.
    pub origin: Origin,
    /// The CloudEvent as it is sent.
    pub body: String,
}

/// Whose turn it is.
#[derive(Debug, Default)]
pub(crate) struct Rota {
    last: Whose,
    last_aside: Aside,
    since_oldest_first: u8,
}

/// What stands aside comes up every second time, so that it delays others by
/// one request at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Whose {
    Queue,
    Aside(Aside),
}

/// What does not go with the queue.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Aside {
    /// Batches that were refused.
    #[default]
    Suspects,
    /// Events that the server asks for again.
    AskedAgain,
}

impl Default for Whose {
    fn default() -> Self {
        Self::Aside(Aside::default())
    }
}

/// What a batch is taken from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Among {
    /// Everything.
    All,
    /// Not what was refused and stands aside.
    InLine,
}

/// What a batch is taken from, and what not.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scope<'s> {
    /// Whether what was refused is among it.
    pub(crate) among: Among,
    /// The games that stay here.
    pub(crate) kept: &'s Kept,
    /// The matches that run.
    pub(crate) live: &'s [&'s str],
}

/// Takes a batch from whose turn it is, or else from the others.
pub(crate) fn claim(
    db: &Connection,
    scope: Scope<'_>,
    limits: &BatchLimits,
    asked: &mut AskedAgain,
    rota: &mut Rota,
    now: Moment,
) -> Result<Vec<Claimed>, Error> {
    let (Scope { among, kept, live }, written) = (scope, db.total_changes());
    for whose in rota.order() {
        let claimed = match whose {
            Whose::Queue => from_queue(db, kept, limits, rota.first(live), asked, now.wall)?,
            Whose::Aside(Aside::Suspects) => from_suspects(db, kept, among, limits, now.wall)?,
            Whose::Aside(Aside::AskedAgain) => from_asked_again(db, kept, limits, asked, now)?,
        };
        if !claimed.is_empty() {
            mark(db, &claimed, now.wall)?;
            rota.took(whose);
            return Ok(claimed);
        }
    }
    // SQLite does not promise to go on with what stood beside one that was
    // quarantined: then it comes the next time.
    let as_it_was = db.total_changes() == written;
    if as_it_was && asked.wait_ms(now).is_none() && is_stuck(db, kept)? {
        return Err(damaged(db));
    }
    Ok(Vec::new())
}

/// Whether events are in the queue, nothing is in their way, and they did not come:
/// their rows, or their match's, are gone.
fn is_stuck(db: &Connection, kept: &Kept) -> Result<bool, Error> {
    let leaves = kept.leaves("m.key");
    let mut select = db.prepare_cached(&format!(
        "SELECT EXISTS (SELECT 1 FROM queue q LEFT JOIN match_key m ON m.id = q.match_id
                        WHERE m.key IS NULL OR {leaves})
            AND NOT EXISTS (SELECT 1 FROM in_flight)
            AND NOT EXISTS (SELECT 1 FROM suspect)",
    ))?;
    Ok(select.query_row([], |row| row.get(0))?)
}

fn damaged(db: &Connection) -> Error {
    Error::Damaged(db.path().unwrap_or_default().into())
}

impl Rota {
    fn order(&self) -> [Whose; 3] {
        let (suspects, asked) = (Whose::Aside(Aside::Suspects), Whose::Aside(Aside::AskedAgain));
        let (next, other) = match self.last_aside {
            Aside::Suspects => (asked, suspects),
            Aside::AskedAgain => (suspects, asked),
        };
        match self.last {
            Whose::Queue => [next, other, Whose::Queue],
            Whose::Aside(_) => [Whose::Queue, next, other],
        }
    }

    /// The matches that go first this time.
    fn first<'l>(&self, live: &'l [&'l str]) -> &'l [&'l str] {
        if self.since_oldest_first + 1 >= OLDEST_FIRST_EVERY { &[] } else { live }
    }

    fn took(&mut self, whose: Whose) {
        self.last = whose;
        match whose {
            Whose::Queue => {
                self.since_oldest_first = (self.since_oldest_first + 1) % OLDEST_FIRST_EVERY;
            }
            Whose::Aside(aside) => self.last_aside = aside,
        }
    }
}

fn mark(db: &Connection, claimed: &[Claimed], now: WallTime) -> Result<(), Error> {
    let same_match = |a: &Claimed, b: &Claimed| a.match_key == b.match_key;
    for of_match in claimed.chunk_by(same_match) {
        for (first, last) in ranges(of_match.iter().map(|event| event.sequence)) {
            for queued in Spans::Queue.overlapping(db, first, last)? {
                let (first, last) = (first.max(queued.first), last.min(queued.last));
                let since_ms = now.unix_ms();
                Spans::InFlight.put(db, Span { first, last, since_ms, ..queued })?;
            }
        }
    }
    Ok(())
}

const COLUMNS: &str = "SELECT e.sequence, e.event_id, m.key, e.body, e.checksum, e.origin";

/// The queue, in its order; the match is looked up once a span.
const QUEUED: &str = "FROM queue q CROSS JOIN match_key m ON m.id = q.match_id
    CROSS JOIN event e ON e.sequence BETWEEN q.first AND q.last";

/// Not in flight, no suspect, and not behind one of its own match.
const FREE: &str = "e.sequence NOT IN (SELECT sequence FROM suspect)
    AND q.match_id NOT IN (SELECT match_id FROM in_flight)
    AND q.match_id NOT IN (SELECT match_id FROM suspect WHERE aside = 0)";

fn oldest(kept: &Kept) -> String {
    let leaves = kept.leaves("m.key");
    format!("{COLUMNS} {QUEUED} WHERE {leaves} AND {FREE} ORDER BY q.first, e.sequence")
}

fn of_match(kept: &Kept) -> String {
    let leaves = kept.leaves("m.key");
    format!(
        "{COLUMNS} {QUEUED} WHERE q.match_id = (SELECT id FROM match_key WHERE key = ?1)
         AND {leaves} AND {FREE} ORDER BY q.first, e.sequence"
    )
}

/// One event of the queue.
fn of_sequence(kept: &Kept) -> String {
    let leaves = kept.leaves("m.key");
    format!(
        "{COLUMNS} FROM event e CROSS JOIN queue q
         ON q.first = (SELECT max(first) FROM queue WHERE first <= e.sequence)
         JOIN match_key m ON m.id = q.match_id
         WHERE e.sequence = ?1 AND q.last >= e.sequence AND {leaves} AND {FREE}"
    )
}

fn of_batch(kept: &Kept) -> String {
    let leaves = kept.leaves("m.key");
    format!(
        "{COLUMNS} FROM suspect s CROSS JOIN event e ON e.sequence = s.sequence
         JOIN match_key m ON m.id = s.match_id WHERE s.batch = ?1
         AND {leaves} AND s.match_id NOT IN (SELECT match_id FROM in_flight) ORDER BY s.sequence"
    )
}

fn from_queue(
    db: &Connection,
    kept: &Kept,
    limits: &BatchLimits,
    first: &[&str],
    asked: &AskedAgain,
    now: WallTime,
) -> Result<Vec<Claimed>, Error> {
    let (oldest, of_match) = (oldest(kept), of_match(kept));
    let mut batch = Batch::new(db, *limits, now);
    for key in first {
        batch.fill(&of_match, [key], asked)?;
    }
    batch.fill(&oldest, [], asked)?;
    Ok(batch.finish())
}

/// The events that the server asked for again, when it is time.
fn from_asked_again(
    db: &Connection,
    kept: &Kept,
    limits: &BatchLimits,
    asked: &mut AskedAgain,
    now: Moment,
) -> Result<Vec<Claimed>, Error> {
    let (of_sequence, nobody) = (of_sequence(kept), AskedAgain::default());
    let mut batch = Batch::new(db, *limits, now.wall);
    for sequence in asked.due(now) {
        let queued = Spans::Queue.holding(db, sequence)?;
        let leaves = queued.map_or(Ok(false), |span| kept.lets_go(db, span.match_id))?;
        if !leaves {
            // Deleted, quarantined or given up meanwhile; or its game stays here.
            asked.forget(sequence);
        } else if batch.claimed.len() >= limits.events_max
            || batch.fill(&of_sequence, [sequence], &nobody)? == Room::None
        {
            break;
        }
    }
    Ok(batch.finish())
}

/// The next batch of those that were refused: halves in their order, events
/// that stepped aside after them, the longest untried first: each refusal gives
/// them another, higher number.
fn from_suspects(
    db: &Connection,
    kept: &Kept,
    among: Among,
    limits: &BatchLimits,
    now: WallTime,
) -> Result<Vec<Claimed>, Error> {
    let leaves = kept.leaves("m.key");
    let mut select = db.prepare_cached(&format!(
        "SELECT batch FROM suspect s JOIN match_key m ON m.id = s.match_id
         WHERE match_id NOT IN (SELECT match_id FROM in_flight) AND aside <= ?1 AND {leaves}
         GROUP BY batch ORDER BY max(aside), max(aside * batch), min(sequence) LIMIT 1",
    ))?;
    let aside_max: u8 = match among {
        Among::All => 1,
        Among::InLine => 0,
    };
    let Some(batch) = select.query_row([aside_max], |row| row.get::<_, i64>(0)).optional()? else {
        return Ok(Vec::new());
    };
    let mut claimed = Batch::new(db, *limits, now);
    claimed.fill(&of_batch(kept), [batch], &AskedAgain::default())?;
    Ok(claimed.finish())
}

/// A batch being filled.
struct Batch<'d> {
    db: &'d Connection,
    now: WallTime,
    limits: BatchLimits,
    claimed: Vec<Claimed>,
    seen: BTreeSet<u64>,
    bytes: usize,
}

impl<'d> Batch<'d> {
    fn new(db: &'d Connection, limits: BatchLimits, now: WallTime) -> Self {
        Self { db, now, limits, claimed: Vec::new(), seen: BTreeSet::new(), bytes: 0 }
    }

    /// Takes rows of `sql` in their order, but for those that wait by themselves,
    /// until the first that does not fit: to skip it would be to overtake it.
    fn fill(&mut self, sql: &str, by: impl Params, but: &AskedAgain) -> Result<Room, Error> {
        let mut select = self.db.prepare_cached(sql)?;
        let mut rows = select.query(by)?;
        while self.claimed.len() < self.limits.events_max {
            let Some(row) = rows.next()? else { break };
            let sequence = row.get(0)?;
            let passes = self.seen.contains(&sequence) || but.holds(sequence);
            if !passes && self.take(row, sequence)? == Room::None {
                return Ok(Room::None);
            }
        }
        Ok(Room::Perhaps)
    }

    /// Takes one row, or quarantines it where its bytes are damaged. Where they are
    /// not, what led here is.
    fn take(&mut self, row: &Row<'_>, sequence: u64) -> Result<Room, Error> {
        let Some(event) = read_intact(row, sequence)? else {
            if is_intact_by_itself(row, sequence) {
                return Err(damaged(self.db));
            }
            self.seen.insert(sequence);
            conclude::quarantine(self.db, sequence, QuarantineReason::Damaged, None, self.now)?;
            return Ok(Room::Perhaps);
        };
        let bytes = self.bytes + event.body.len() + 1;
        // A single event larger than the limit goes alone.
        if let Some(first) = self.claimed.first()
            && (bytes > self.limits.bytes_max || first.origin != event.origin)
        {
            return Ok(Room::None);
        }
        self.bytes = bytes;
        self.seen.insert(sequence);
        self.claimed.push(event);
        Ok(Room::Perhaps)
    }

    fn finish(mut self) -> Vec<Claimed> {
        self.claimed.sort_unstable_by_key(|event| event.sequence);
        self.claimed
    }
}

/// Whether more may fit into a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Room {
    Perhaps,
    None,
}

/// The event, where its bytes are those that were written.
fn read_intact(row: &Row<'_>, sequence: u64) -> Result<Option<Claimed>, Error> {
    // A type or an encoding that does not fit is damage as well.
    let Ok((claimed, sum)) = read(row, sequence) else { return Ok(None) };
    let intact = checksum::of_event(
        sequence,
        claimed.event_id,
        claimed.match_key.as_str(),
        claimed.origin,
        &claimed.body,
    ) == sum;
    Ok(intact.then_some(claimed))
}

fn read(row: &Row<'_>, sequence: u64) -> rusqlite::Result<(Claimed, u32)> {
    let claimed = Claimed {
        sequence,
        event_id: event_id(row, 1)?,
        match_key: MatchKey::from_text(row.get::<_, String>(2)?),
        origin: origin::read(row, 5)?,
        body: row.get(3)?,
    };
    Ok((claimed, row.get(4)?))
}

/// Whether the row is as it was written, under the match that its own body names.
fn is_intact_by_itself(row: &Row<'_>, sequence: u64) -> bool {
    sums_by_itself(row, sequence).is_some_and(|(is, was)| is == was)
}

fn sums_by_itself(row: &Row<'_>, sequence: u64) -> Option<(u32, u32)> {
    let (id, origin) = (event_id(row, 1).ok()?, origin::read(row, 5).ok()?);
    let (body, was): (String, u32) = (row.get(3).ok()?, row.get(4).ok()?);
    let subject = CloudEvent::parse(&serde_json::from_str(&body).ok()?).ok()?.subject?;
    Some((checksum::of_event(sequence, id, &subject, origin, &body), was))
}

#[cfg(test)]
mod tests {
    use event_model::Game;

    use super::*;

    fn plan(sql: &str) -> String {
        let mut db = Connection::open_in_memory().unwrap();
        crate::schema::migrate(&mut db, |_| Ok(())).unwrap();
        let mut explain = db.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let parameters = vec!["x"; explain.parameter_count()];
        let steps = explain
            .query_map(rusqlite::params_from_iter(parameters), |row| row.get::<_, String>(3))
            .unwrap();
        steps.map(Result::unwrap).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn a_claim_reads_only_what_it_takes() {
        for kept in [Kept::default(), Kept::of(&[Game::cs2()])] {
            for sql in [oldest(&kept), of_match(&kept), of_sequence(&kept), of_batch(&kept)] {
                let plan = plan(&sql);
                assert!(!plan.contains("TEMP B-TREE"), "in order without sorting:\n{plan}");
                assert!(!plan.contains("SCAN e") && !plan.contains("SCAN m"), "by key:\n{plan}");
            }
        }
    }
}
