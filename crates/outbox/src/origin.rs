//! How live and replayed events are told apart in the file.

use event_model::Origin;
use rusqlite::{Row, types::FromSqlError};

const LIVE: &str = "live";
const REPLAY: &str = "replay";

/// How long the words are.
pub(crate) const LENGTHS: [usize; 2] = [LIVE.len(), REPLAY.len()];

/// The word in the file.
pub(crate) fn word(origin: Origin) -> &'static str {
    match origin {
        Origin::Live => LIVE,
        Origin::Replay => REPLAY,
    }
}

/// The origin in column `column`.
pub(crate) fn read(row: &Row<'_>, column: usize) -> rusqlite::Result<Origin> {
    parse(row.get_ref(column)?.as_str()?).ok_or_else(|| FromSqlError::InvalidType.into())
}

/// The origin that a word in the file stands for.
pub(crate) fn parse(word: &str) -> Option<Origin> {
    match word {
        LIVE => Some(Origin::Live),
        REPLAY => Some(Origin::Replay),
        _ => None,
    }
}
