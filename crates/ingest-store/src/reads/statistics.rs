//! What players did.

use std::collections::BTreeMap;

use event_model::{Pseudonyms, is_pseudonym};
use ingest_api::{GameCounts, MatchStatistics, PlayerCounts, PlayerStatistics};
use rusqlite::params;

use super::{Looked, Viewer};
use crate::{Result, Store, columns::count_column, follower::compared};

/// Players of one match that are listed: ten are usual, a hundred the most that
/// any game has, and who sends garbage names more.
const PLAYERS_MAX: usize = 1_000;
/// Their rows: one by name and one by pseudonym each.
const ROWS_MAX: i64 = 2_000;

impl Store {
    /// What the players of a match did, at most 1,000 of them.
    ///
    /// # Errors
    /// Where SQLite fails.
    pub fn statistics(&self, viewer: Viewer, key: &str) -> Result<Looked<MatchStatistics>> {
        let snapshot = self.index.get()?.unchecked_transaction()?;
        self.match_row(viewer, key)?.try_map(|of| {
            let sql = "SELECT account, kills, deaths, assists, objectives FROM player_match
                       WHERE match_id = ?1 ORDER BY account LIMIT ?2";
            let mut statement = snapshot.prepare_cached(sql)?;
            let pseudonyms = Pseudonyms::under(&self.names_key()?);
            let players = statement.query_map(params![of.match_id, ROWS_MAX], |row| {
                Ok(PlayerCounts {
                    account: row.get("account")?,
                    kills: count_column(row, "kills")?,
                    deaths: count_column(row, "deaths")?,
                    assists: count_column(row, "assists")?,
                    objectives: count_column(row, "objectives")?,
                })
            })?;
            Ok(MatchStatistics {
                match_key: of.view.key,
                revision: of.view.revision,
                sealed: of.view.sealed,
                players: as_players(players.collect::<rusqlite::Result<_>>()?, &pseudonyms),
            })
        })
    }

    /// What one player did in all matches, by name and by pseudonym. Who asks by a
    /// pseudonym is told of what was sent so.
    ///
    /// # Errors
    /// Where SQLite fails.
    pub fn player_statistics(&self, account: &str) -> Result<PlayerStatistics> {
        let pseudonym = compared::by(&Pseudonyms::under(&self.names_key()?), account);
        let sql = "SELECT m.game, count(DISTINCT match_id) AS matches, sum(p.kills) AS kills,
                          sum(p.deaths) AS deaths, sum(p.assists) AS assists,
                          sum(p.objectives) AS objectives
                   FROM player_match p JOIN game_match m USING (match_id)
                   WHERE p.account IN (?1, ?2) GROUP BY m.game ORDER BY m.game";
        let mut statement = self.index.get()?.prepare_cached(sql)?;
        let games = statement.query_map([account, &pseudonym], |row| {
            Ok(GameCounts {
                game: row.get("game")?,
                matches: count_column(row, "matches")?,
                kills: count_column(row, "kills")?,
                deaths: count_column(row, "deaths")?,
                assists: count_column(row, "assists")?,
                objectives: count_column(row, "objectives")?,
            })
        })?;
        let games = games.collect::<rusqlite::Result<_>>()?;
        Ok(PlayerStatistics { account: account.to_owned(), games })
    }
}

/// One entry a player: some witnesses send a name where others send its pseudonym. It
/// goes by the name where anybody sent that.
fn as_players(rows: Vec<PlayerCounts>, pseudonyms: &Pseudonyms) -> Vec<PlayerCounts> {
    let mut players: BTreeMap<String, PlayerCounts> = BTreeMap::new();
    for row in rows {
        let known = players.entry(compared::by(pseudonyms, &row.account));
        let sum = known.or_insert_with(|| PlayerCounts {
            account: row.account.clone(),
            kills: 0,
            deaths: 0,
            assists: 0,
            objectives: 0,
        });
        sum.kills += row.kills;
        sum.deaths += row.deaths;
        sum.assists += row.assists;
        sum.objectives += row.objectives;
        if is_pseudonym(&sum.account) {
            sum.account = row.account;
        }
    }
    let mut players: Vec<PlayerCounts> = players.into_values().collect();
    players.sort_unstable_by(|one, other| one.account.cmp(&other.account));
    players.truncate(PLAYERS_MAX);
    players
}

#[cfg(test)]
mod tests {
    use event_model::NamesKey;

    use super::*;

    #[test]
    fn a_name_and_its_pseudonym_are_one_player() {
        let pseudonyms = Pseudonyms::under(&NamesKey::new([7; 32]));
        let row = |account: &str, kills| PlayerCounts {
            account: account.to_owned(),
            kills,
            deaths: 1,
            assists: 0,
            objectives: 0,
        };
        let ana = pseudonyms.of("Ana");
        let rows = vec![row("Ana", 2), row("Ben", 1), row(&ana, 3)];
        let told = as_players(rows, &pseudonyms);
        let told: Vec<_> =
            told.iter().map(|one| (one.account.as_str(), one.kills, one.deaths)).collect();
        assert_eq!(told, [("Ana", 5, 2), ("Ben", 1, 1)]);
        let alone = as_players(vec![row(&ana, 3)], &pseudonyms);
        assert_eq!(alone[0].account, ana, "nobody sent the name");
    }
}
