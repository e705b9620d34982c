//! What every player did in every match, kept up as occurrences change.
//!
//! Each occurrence's row says what it counts for whom. When it changes, what it
//! counted goes and what it counts comes; so `player_match` is always the sum of
//! what the occurrences' rows say.

use std::collections::BTreeMap;

use association::{Facts, Tally, tally};
use rusqlite::{Connection, OptionalExtension, params};
use serde_json::Value;

use crate::Result;

/// Longest account that is counted, in bytes; no game allows a longer name.
const ACCOUNT_BYTES_MAX: usize = 256;

/// What an occurrence counts, as its row says it: nothing where it counts for
/// nobody.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Counted(BTreeMap<String, [i64; 4]>);

impl Counted {
    pub(crate) fn of(facts: &Facts<'_>) -> Self {
        let named = tally(facts).into_iter().filter(|(name, _)| name.len() <= ACCOUNT_BYTES_MAX);
        Self(named.map(|(name, tally)| (name.to_owned(), numbers(tally))).collect())
    }

    /// What stands in `occurrence.counted`.
    pub(crate) fn column(&self) -> Option<String> {
        let text = || serde_json::to_string(&self.0).unwrap_or_default();
        (!self.0.is_empty()).then(text)
    }

    /// The same read again.
    pub(crate) fn read(column: Option<&str>) -> Self {
        Self(column.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default())
    }
}

fn numbers(tally: Tally) -> [i64; 4] {
    [tally.kills, tally.deaths, tally.assists, tally.objectives].map(i64::from)
}

/// The detail that says what an attacker is, where the game tells it.
const ATTACKER_KIND: &str = "attacker_kind";

/// Whether what did it can be a player, by what the details of an event say.
pub(crate) fn by_player(details: &str) -> bool {
    if !details.contains(ATTACKER_KIND) {
        return true;
    }
    let details: BTreeMap<String, Value> = serde_json::from_str(details).unwrap_or_default();
    details.get(ATTACKER_KIND).and_then(Value::as_str).is_none_or(|kind| kind == "player")
}

/// What comes and goes in one transaction.
#[derive(Debug, Default)]
pub(crate) struct Counting(BTreeMap<(i64, String), [i64; 4]>);

impl Counting {
    /// Before the row of an occurrence is replaced or deleted: what it counted
    /// goes. Nothing where there is no such row.
    pub(crate) fn leaves(
        &mut self,
        index: &Connection,
        match_id: i64,
        occurrence_no: i64,
    ) -> Result<()> {
        let sql = "SELECT counted FROM occurrence WHERE match_id = ?1 AND occurrence_no = ?2
                   AND counted IS NOT NULL";
        let mut statement = index.prepare_cached(sql)?;
        let counted: Option<String> =
            statement.query_row([match_id, occurrence_no], |row| row.get(0)).optional()?;
        self.goes(match_id, &Counted::read(counted.as_deref()));
        Ok(())
    }

    /// What a row counted until now goes.
    pub(crate) fn goes(&mut self, match_id: i64, counted: &Counted) {
        self.add(match_id, counted, -1);
    }

    /// What a new row counts comes.
    pub(crate) fn comes(&mut self, match_id: i64, counted: &Counted) {
        self.add(match_id, counted, 1);
    }

    fn add(&mut self, match_id: i64, counted: &Counted, sign: i64) {
        for (account, numbers) in &counted.0 {
            let sums = self.0.entry((match_id, account.clone())).or_default();
            for (sum, number) in sums.iter_mut().zip(numbers) {
                *sum += sign * number;
            }
        }
    }

    /// Writes it down. Who has nothing left is forgotten.
    pub(crate) fn finish(self, index: &Connection) -> Result<()> {
        let mut adding = index.prepare_cached(
            "INSERT INTO player_match (match_id, account, kills, deaths, assists, objectives)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT (match_id, account) DO UPDATE SET
                 kills = kills + excluded.kills, deaths = deaths + excluded.deaths,
                 assists = assists + excluded.assists,
                 objectives = objectives + excluded.objectives",
        )?;
        let mut forgetting = index.prepare_cached(
            "DELETE FROM player_match WHERE match_id = ?1 AND account = ?2
             AND kills = 0 AND deaths = 0 AND assists = 0 AND objectives = 0",
        )?;
        for ((match_id, account), sums) in self.0 {
            if sums == [0; 4] {
                continue;
            }
            let [kills, deaths, assists, objectives] = sums;
            adding.execute(params![match_id, account, kills, deaths, assists, objectives])?;
            if sums.iter().any(|sum| *sum < 0) {
                forgetting.execute(params![match_id, account])?;
            }
        }
        Ok(())
    }
}

/// Counts a match anew from the rows of its occurrences, where many of them
/// changed their match at once.
pub(crate) fn recount(index: &Connection, match_id: i64) -> Result<()> {
    index.prepare_cached("DELETE FROM player_match WHERE match_id = ?1")?.execute([match_id])?;
    let mut counting = Counting::default();
    let sql = "SELECT counted FROM occurrence WHERE match_id = ?1 AND counted IS NOT NULL";
    let mut statement = index.prepare_cached(sql)?;
    let mut rows = statement.query([match_id])?;
    while let Some(row) = rows.next()? {
        counting.comes(match_id, &Counted::read(row.get_ref(0)?.as_str().ok()));
    }
    counting.finish(index)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    type Sums = BTreeMap<(i64, String), [i64; 4]>;

    fn counted(names: &[(u8, [i64; 4])]) -> Counted {
        let named = names.iter().filter(|(_, numbers)| *numbers != [0; 4]);
        Counted(named.map(|(name, numbers)| (format!("p{}", name % 4), *numbers)).collect())
    }

    fn any_counted() -> impl Strategy<Value = Counted> {
        let numbers = prop::array::uniform4(0i64..3);
        prop::collection::vec((any::<u8>(), numbers), 0..4).prop_map(|names| counted(&names))
    }

    /// An occurrence's row is replaced, or deleted.
    fn steps() -> impl Strategy<Value = Vec<Vec<(i64, i64, Option<Counted>)>>> {
        let one = (1i64..3, 0i64..5, prop::option::of(any_counted()));
        prop::collection::vec(prop::collection::vec(one, 0..6), 1..8)
    }

    fn table(index: &Connection) -> Sums {
        let mut statement = index.prepare("SELECT * FROM player_match").unwrap();
        let rows = statement.query_map([], |row| {
            Ok(((row.get(0)?, row.get(1)?), [row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?]))
        });
        rows.unwrap().collect::<rusqlite::Result<_>>().unwrap()
    }

    fn recomputed(rows: &BTreeMap<(i64, i64), Counted>) -> Sums {
        let mut sums = Sums::new();
        for ((match_id, _), counted) in rows {
            for (account, numbers) in &counted.0 {
                let sum = sums.entry((*match_id, account.clone())).or_default();
                (0..4).for_each(|place| sum[place] += numbers[place]);
            }
        }
        sums
    }

    proptest! {
        #[test]
        fn the_table_is_the_sum_of_what_the_rows_say(steps in steps()) {
            let index = Connection::open_in_memory().unwrap();
            index.execute_batch(include_str!("index.sql")).unwrap();
            let mut rows = BTreeMap::new();
            for step in steps {
                let mut counting = Counting::default();
                for (match_id, no, counted) in step {
                    counting.leaves(&index, match_id, no).unwrap();
                    index.execute(
                        "DELETE FROM occurrence WHERE match_id = ?1 AND occurrence_no = ?2",
                        [match_id, no],
                    ).unwrap();
                    rows.remove(&(match_id, no));
                    if let Some(counted) = counted {
                        index.execute(
                            "INSERT INTO occurrence (match_id, occurrence_no, occurrence_id, kind,
                                 actors, at_ms, at_quality, confidence, revision, details,
                                 attacker_from, victim_from, assists_from, kept, counted)
                             VALUES (?1, ?2, x'', 'kill', '{}', 0, 'good', 1, 1, '{}', 0, 0, 0, x'', ?3)",
                            params![match_id, no, counted.column()],
                        ).unwrap();
                        counting.comes(match_id, &counted);
                        rows.insert((match_id, no), counted);
                    }
                }
                counting.finish(&index).unwrap();
                prop_assert_eq!(table(&index), recomputed(&rows));
                recount(&index, 1).unwrap();
                prop_assert_eq!(table(&index), recomputed(&rows), "counted anew");
            }
        }
    }

    #[test]
    fn what_the_game_calls_a_turret_is_no_player() {
        assert!(by_player("{}") && by_player(r#"{"attacker_kind":"player"}"#));
        assert!(by_player(r#"{"name":"attacker_kind"}"#) && by_player(r#"{"attacker_kind":7}"#));
        assert!(!by_player(r#"{"attacker_kind":"turret"}"#));
    }

    #[test]
    fn a_name_that_no_game_allows_is_not_counted() {
        let actors = event_model::Actors {
            attacker: Some("a".repeat(ACCOUNT_BYTES_MAX + 1)),
            victim: Some("Bo".to_owned()),
            assists: Vec::new(),
        };
        let facts = Facts {
            kind: event_model::Kind::Kill,
            standing: association::trust::Standing::Confirmed,
            seen_by: 2,
            expected: 2,
            grounds: association::Grounds { is_native: true, ..Default::default() },
            is_late: false,
            actors: &actors,
            actor_ids: None,
            by_player: true,
        };
        assert_eq!(Counted::of(&facts).column().unwrap(), r#"{"Bo":[0,1,0,0]}"#);
    }
}
