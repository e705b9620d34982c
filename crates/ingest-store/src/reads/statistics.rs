//! What players did.

use ingest_api::{GameCounts, MatchStatistics, PlayerCounts, PlayerStatistics};
use rusqlite::params;

use super::{Looked, Viewer};
use crate::{Result, Store, columns::count_column};

/// Players of one match that are listed: ten are usual, a hundred the most that
/// any game has, and who sends garbage names more.
const PLAYERS_MAX: i64 = 1_000;

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
            let players = statement.query_map(params![of.match_id, PLAYERS_MAX], |row| {
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
                players: players.collect::<rusqlite::Result<_>>()?,
            })
        })
    }

    /// What one player did in all matches.
    ///
    /// # Errors
    /// Where SQLite fails.
    pub fn player_statistics(&self, account: &str) -> Result<PlayerStatistics> {
        let sql = "SELECT m.game, count(*) AS matches, sum(p.kills) AS kills,
                          sum(p.deaths) AS deaths, sum(p.assists) AS assists,
                          sum(p.objectives) AS objectives
                   FROM player_match p JOIN game_match m USING (match_id)
                   WHERE p.account = ?1 GROUP BY m.game ORDER BY m.game";
        let mut statement = self.index.get()?.prepare_cached(sql)?;
        let games = statement.query_map([account], |row| {
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
