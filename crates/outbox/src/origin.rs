//! How live and replayed events are told apart in the file.

use event_model::Origin;
use rusqlite::{Row, types::FromSqlError};

const LIVE: &str = "live";
const REPLAY: &str = "replay";

/// The word in the file.
pub(crate) fn word(origin: Origin) -> &'static str {
    match origin {
        Origin::Live => LIVE,
        Origin::Replay => REPLAY,
    }
}

/// The origin in column `column`.
pub(crate) fn read(row: &Row<'_>, column: usize) -> rusqlite::Result<Origin> {
    match row.get_ref(column)?.as_str()? {
        LIVE => Ok(Origin::Live),
        REPLAY => Ok(Origin::Replay),
        _ => Err(FromSqlError::InvalidType.into()),
    }
}
