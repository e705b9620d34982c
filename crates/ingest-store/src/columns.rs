//! What stands in a column, in our own types and back.

use event_model::WallTime;
use rusqlite::Row;
use uuid::Uuid;

/// A UUID: text where an operator's SQL may want to name it, else bytes.
pub(crate) fn uuid_column(row: &Row<'_>, name: &str) -> rusqlite::Result<Uuid> {
    use rusqlite::types::{Type, ValueRef};
    let (uuid, kind) = match row.get_ref(name)? {
        ValueRef::Blob(bytes) => (Uuid::from_slice(bytes), Type::Blob),
        ValueRef::Text(text) => (Uuid::try_parse_ascii(text), Type::Text),
        ValueRef::Null | ValueRef::Integer(_) | ValueRef::Real(_) => {
            (Uuid::from_slice(&[]), Type::Null)
        }
    };
    uuid.map_err(|error| rusqlite::Error::FromSqlConversionFailure(0, kind, Box::new(error)))
}

/// An event id, as [`event_id`] wrote it.
pub(crate) fn event_id_column(row: &Row<'_>, name: &str) -> rusqlite::Result<String> {
    let is_text = row.get_ref(name)?.data_type() == rusqlite::types::Type::Text;
    if is_text { row.get(name) } else { Ok(uuid_column(row, name)?.to_string()) }
}

/// An event id in few bytes: a UUID in its usual writing is 16, all else is text.
pub(crate) fn event_id(id: &str) -> rusqlite::types::Value {
    match Uuid::try_parse(id) {
        Ok(uuid) if uuid.hyphenated().encode_lower(&mut Uuid::encode_buffer()) == id => {
            rusqlite::types::Value::Blob(uuid.into_bytes().to_vec())
        }
        Ok(_) | Err(_) => rusqlite::types::Value::Text(id.to_owned()),
    }
}

/// A count, which is never negative.
pub(crate) fn count_column(row: &Row<'_>, name: &str) -> rusqlite::Result<u64> {
    row.get::<_, i64>(name).map(|count| u64::try_from(count).unwrap_or(0))
}

/// An instant in milliseconds.
pub(crate) fn time_column(row: &Row<'_>, name: &str) -> rusqlite::Result<WallTime> {
    row.get(name).map(WallTime::from_unix_ms)
}

/// A number for SQLite, whose integers are signed. Sequences and counts are
/// bounded where they are read, so nothing real is ever clamped.
pub(crate) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A time quality as the tables write it.
pub(crate) mod quality {
    use association::TimeQuality;

    pub(crate) fn is_good(quality: TimeQuality) -> bool {
        quality == TimeQuality::Good
    }

    pub(crate) fn of(is_good: bool) -> TimeQuality {
        if is_good { TimeQuality::Good } else { TimeQuality::Low }
    }

    pub(crate) fn text(quality: TimeQuality) -> &'static str {
        match quality {
            TimeQuality::Good => "good",
            TimeQuality::Low => "low",
        }
    }

    /// The tables' CHECK allows only the two words.
    pub(crate) fn read(text: &str) -> TimeQuality {
        if text == "good" { TimeQuality::Good } else { TimeQuality::Low }
    }
}
