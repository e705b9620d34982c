//! A match whose rows are written by hand, and one who reads its feed.

use std::collections::{BTreeMap, BTreeSet};

use association::{Change, LogNo, OccurrenceNo};
use ingest_api::FeedEvent;
use proptest::prelude::*;
use rusqlite::params;
use serde_json::{Value, json};
use tempfile::TempDir;
use uuid::Uuid;

use super::super::{FeedStart, Generation, PageRequest, Viewer, feed, views};
use crate::{Store, StoreOptions, changes};

pub(super) const KEY: &str = "cs2:1";

/// One step of a match's life, with numbers that choose among what is there.
#[derive(Debug, Clone, Copy)]
pub(super) enum Step {
    Create,
    Witness(usize),
    MoveAway(usize, usize),
    Unwitness(usize),
    Merge(usize, usize),
    Split(usize),
    Retime(usize),
    Retract(usize),
    Seal,
}

pub(super) fn any_step() -> impl Strategy<Value = Step> {
    let (a, b) = (any::<usize>(), any::<usize>());
    prop_oneof![
        3 => Just(Step::Create),
        6 => a.prop_map(Step::Witness),
        2 => (a, b).prop_map(|(a, b)| Step::MoveAway(a, b)),
        2 => a.prop_map(Step::Unwitness),
        3 => (a, b).prop_map(|(a, b)| Step::Merge(a, b)),
        3 => a.prop_map(Step::Split),
        1 => a.prop_map(Step::Retime),
        1 => a.prop_map(Step::Retract),
        1 => Just(Step::Seal),
    ]
}

pub(super) struct World {
    _dir: TempDir,
    pub(super) store: Store,
    match_id: i64,
    reports: i64,
    revision: u64,
    pub(super) held: BTreeMap<i64, BTreeSet<i64>>,
    pub(super) published: BTreeSet<i64>,
}

impl World {
    pub(super) fn new() -> Self {
        let dir = TempDir::new().unwrap();
        let store = Store::open(dir.path(), StoreOptions::default()).unwrap();
        let world = Self {
            _dir: dir,
            store,
            match_id: 7,
            reports: 0,
            revision: 0,
            held: BTreeMap::new(),
            published: BTreeSet::new(),
        };
        world.write_match(7, KEY);
        world
    }

    pub(super) fn sql(&self, sql: &str, with: impl rusqlite::Params) {
        self.store.index.get().unwrap().execute(sql, with).unwrap();
    }

    pub(super) fn write_match(&self, match_id: i64, key: &str) {
        let sql = "INSERT INTO game_match (match_id, key, game, started_at_ms, started_quality)
                   VALUES (?1, ?2, 'cs2', 0, 'good')";
        self.sql(sql, params![match_id, key]);
        self.sql("INSERT INTO match_key VALUES (?1, ?2)", params![key, match_id]);
    }

    pub(super) fn take(&mut self, step: Step) {
        self.sql("BEGIN", []);
        self.write(step);
        self.sql("COMMIT", []);
    }

    fn write(&mut self, step: Step) {
        match step {
            Step::Create => {
                let report = self.report();
                self.begin(report);
                self.change(&[Change::Created { occurrence: no(report), report: log(report) }]);
            }
            Step::Witness(which) => self.witness(which),
            Step::MoveAway(which, to) => {
                let (Some((from, report)), Some(to)) = (self.spare(which), self.nth(to)) else {
                    return;
                };
                if from != to {
                    self.put(report, Some(to));
                    let witnessed = Change::Witnessed { occurrence: no(to), report: log(report) };
                    self.change(&[witnessed, Change::Retimed { occurrence: no(from) }]);
                }
            }
            Step::Unwitness(which) => {
                let Some((from, report)) = self.spare(which) else { return };
                self.held.get_mut(&from).unwrap().remove(&report);
                let erase = "UPDATE report SET state = 5, event_id = x'' WHERE position = ?1";
                self.sql(erase, [report]);
                self.change(&[Change::Unwitnessed { occurrence: no(from), report: log(report) }]);
            }
            Step::Merge(which, into) => self.merge(which, into),
            Step::Split(which) => {
                let Some((from, report)) = self.spare(which) else { return };
                if !self.held.contains_key(&report) {
                    self.begin(report);
                    let split = Change::Split {
                        occurrence: no(report),
                        from: no(from),
                        report: log(report),
                    };
                    self.change(&[split, Change::Retimed { occurrence: no(from) }]);
                }
            }
            Step::Retime(which) => {
                if let Some(of) = self.nth(which) {
                    let sql = "UPDATE occurrence SET at_ms = at_ms + 300 WHERE occurrence_no = ?1";
                    self.sql(sql, [of]);
                    self.change(&[Change::Retimed { occurrence: no(of) }]);
                }
            }
            Step::Retract(which) => {
                let Some(of) = self.nth(which) else { return };
                self.held.remove(&of);
                let gone =
                    "UPDATE report SET state = 5, occurrence_no = NULL WHERE occurrence_no = ?1";
                self.sql(gone, [of]);
                self.change(&[Change::Retracted { occurrence: no(of) }]);
            }
            Step::Seal => self.change(&[Change::Sealed, Change::Reopened]),
        }
    }

    fn witness(&mut self, which: usize) {
        let Some(of) = self.nth(which) else { return };
        let report = self.report();
        self.put(report, Some(of));
        self.change(&[Change::Witnessed { occurrence: no(of), report: log(report) }]);
    }

    fn merge(&mut self, which: usize, into: usize) {
        let (Some(of), Some(into)) = (self.nth(which), self.nth(into)) else { return };
        if of == into {
            return;
        }
        let moved = self.held.remove(&of).unwrap();
        self.held.get_mut(&into).unwrap().extend(moved);
        self.sql("UPDATE report SET occurrence_no = ?2 WHERE occurrence_no = ?1", [of, into]);
        self.change(&[Change::Merged { occurrence: no(of), into: no(into) }]);
    }

    fn nth(&self, which: usize) -> Option<i64> {
        let count = self.held.len();
        self.held.keys().nth(which.checked_rem(count)?).copied()
    }

    /// A report of an occurrence that has others too.
    fn spare(&self, which: usize) -> Option<(i64, i64)> {
        let members = self.held.iter().filter(|(_, members)| members.len() > 1);
        let all: Vec<_> =
            members.flat_map(|(of, members)| members.iter().map(|one| (*of, *one))).collect();
        all.get(which.checked_rem(all.len())?).copied()
    }

    fn report(&mut self) -> i64 {
        self.reports += 1;
        let (position, device) =
            (self.reports, Uuid::from_u128(self.reports.unsigned_abs().into()));
        let stream = "INSERT INTO stream (match_id, stream_no, device, account)
                      VALUES (7, ?1, ?2, 'p' || ?1)";
        self.sql(stream, params![position, device.as_bytes()]);
        let report = "INSERT INTO report (match_id, position, occurrence_no, state, stream_no,
                          event_id, batch_no, kind, at_ms, good, told)
                      VALUES (7, ?1, NULL, 0, ?1, 'e' || ?1, 1, 'kill', ?1, 1, x'')";
        self.sql(report, [position]);
        position
    }

    fn begin(&mut self, report: i64) {
        self.held.insert(report, BTreeSet::new());
        self.put(report, Some(report));
        if self.published.insert(report) {
            let alias = "INSERT INTO occurrence_alias VALUES (7, ?1, ?2)";
            self.sql(alias, params![id(report).as_bytes(), report]);
        }
        let row = "INSERT INTO occurrence (match_id, occurrence_no, occurrence_id, kind, actors,
                       at_ms, at_quality, confidence, revision, details, attacker_from,
                       victim_from, assists_from, kept)
                   VALUES (7, ?1, ?2, 'kill', '{\"attacker\":\"Ana\",\"victim\":null}', ?1 / 2,
                       'good', 0.5, 0, '{}', 1, 1, 1, x'')";
        self.sql(row, params![report, id(report).as_bytes()]);
    }

    fn put(&mut self, report: i64, to: Option<i64>) {
        for members in self.held.values_mut() {
            members.remove(&report);
        }
        if let Some(to) = to {
            self.held.get_mut(&to).unwrap().insert(report);
        }
        self.sql("UPDATE report SET occurrence_no = ?2 WHERE position = ?1", params![report, to]);
    }

    /// Writes changes down, and the rows of what they name as they stand.
    fn change(&mut self, changes: &[Change]) {
        let index = self.store.index.get().unwrap();
        changes::append(index, self.match_id, self.revision + 1, changes).unwrap();
        self.revision += u64::try_from(changes.len()).unwrap();
        let revision = self.revision.cast_signed();
        let live: Vec<_> = self.held.keys().copied().collect();
        let gone = "DELETE FROM occurrence
                    WHERE occurrence_no NOT IN (SELECT value FROM json_each(?1))";
        self.sql(gone, [views::list(&live)]);
        let sql = "UPDATE occurrence SET seen_by = ?2, expected = ?2 WHERE occurrence_no = ?1";
        for of in live {
            self.sql(sql, [of, i64::try_from(self.held[&of].len()).unwrap()]);
        }
        for change in changes {
            let named = "UPDATE occurrence SET revision = ?2 WHERE occurrence_no = ?1";
            self.sql(named, params![feed::numbers(*change).0, revision]);
        }
        self.sql("UPDATE game_match SET revision = ?1 WHERE match_id = 7", [revision]);
    }

    pub(super) fn listed(&self) -> BTreeMap<String, Value> {
        let (mut listed, mut page) = (BTreeMap::new(), PageRequest { after: None, limit: 3 });
        loop {
            let found = self.store.occurrences(Viewer::Reader, KEY, &page).unwrap();
            let found = found.found().unwrap();
            listed.extend(found.occurrences.iter().map(|one| (one.id.to_string(), json!(one))));
            let Some(next) = found.next else { return listed };
            page.after = Some(next);
        }
    }
}

fn no(position: i64) -> OccurrenceNo {
    OccurrenceNo(position.unsigned_abs())
}

fn log(position: i64) -> LogNo {
    LogNo(position.unsigned_abs())
}

pub(super) fn id(position: i64) -> Uuid {
    Uuid::from_u128(0x8000 + u128::from(position.unsigned_abs()))
}

/// One who keeps what the feed tells, and is cut off now and then.
#[derive(Debug, Default)]
pub(super) struct Consumer {
    pub(super) known: BTreeMap<String, Value>,
    at: Option<(Generation, u64)>,
}

impl Consumer {
    /// Reads a page, of which only what is not above `cut` arrives.
    pub(super) fn read(&mut self, world: &World, limit: u32, cut: Option<u64>) -> bool {
        let start = match self.at {
            None => FeedStart::Beginning,
            Some((generation, revision)) => {
                FeedStart::After { generation: Some(generation), revision }
            }
        };
        let page = world.store.feed(Viewer::Reader, KEY, start, limit).unwrap().found().unwrap();
        let cut = cut.unwrap_or(page.through).min(page.through);
        let is_reset = matches!(page.events.as_slice(), [FeedEvent::Reset { .. }]);
        if is_reset && cut < page.through {
            // Cut off before the last occurrence, which alone has an id.
            return true;
        }
        for event in page.events.iter().filter(|event| event.revision() <= cut) {
            if event.name() == "reset" {
                self.known = world.listed();
            }
            self.hear(&json!(event), event.name());
        }
        let through = if cut == page.through {
            page.through
        } else {
            // The id of the last event that arrived.
            let heard = page.events.iter().map(FeedEvent::revision).filter(|one| *one <= cut);
            heard.max().or(self.at.map(|(_, revision)| revision)).unwrap_or(0)
        };
        self.at = Some((page.generation, through));
        page.more
    }

    fn hear(&mut self, told: &Value, name: &str) {
        if matches!(name, "merged" | "retracted") {
            self.known.remove(told["id"].as_str().unwrap());
        }
        if let Some(occurrence) = told.get("occurrence") {
            let id = occurrence["id"].as_str().unwrap().to_owned();
            self.known.insert(id, occurrence.clone());
        }
    }
}
