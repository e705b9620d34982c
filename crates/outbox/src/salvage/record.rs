//! SQLite's record format, as far as our rows use it.
//!
//! Everything here takes bytes of a damaged file: what does not fit is `None`,
//! and nothing is read beyond what was given.

/// Columns of our widest table, and some to grow.
const COLUMNS_MAX: usize = 16;

/// One column. Text stays bytes: it may be damaged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Column<'r> {
    Null,
    Integer(i64),
    Text(&'r [u8]),
    Blob(&'r [u8]),
}

/// A variable-length integer at the front, and how many bytes it took.
pub(super) fn varint(bytes: &[u8]) -> Option<(u64, usize)> {
    let mut value = 0_u64;
    for (at, &byte) in bytes.iter().take(8).enumerate() {
        value = (value << 7) | u64::from(byte & 0x7F);
        if byte < 0x80 {
            return Some((value, at + 1));
        }
    }
    Some(((value << 8) | u64::from(*bytes.get(8)?), 9))
}

/// The columns of a record that ends where its bytes end.
pub(super) fn columns(record: &[u8]) -> Option<Vec<Column<'_>>> {
    let (header_bytes, at) = varint(record)?;
    let header_bytes = usize::try_from(header_bytes).ok()?;
    let mut types = record.get(at..header_bytes)?;
    let mut values = record.get(header_bytes..)?;
    let mut columns = Vec::new();
    while !types.is_empty() {
        let (kind, taken) = varint(types)?;
        let column = column(kind, &mut values)?;
        types = types.get(taken..)?;
        if columns.len() == COLUMNS_MAX {
            return None;
        }
        columns.push(column);
    }
    values.is_empty().then_some(columns)
}

/// The next value, of a serial type.
fn column<'r>(kind: u64, values: &mut &'r [u8]) -> Option<Column<'r>> {
    let mut take = |bytes: u64| {
        let (taken, rest) = values.split_at_checked(usize::try_from(bytes).ok()?)?;
        *values = rest;
        Some(taken)
    };
    Some(match kind {
        0 => Column::Null,
        1..=4 => Column::Integer(integer(take(kind)?)),
        5 => Column::Integer(integer(take(6)?)),
        6 => Column::Integer(integer(take(8)?)),
        8 => Column::Integer(0),
        9 => Column::Integer(1),
        // No row of ours has a fraction, and nobody's has a reserved type.
        7 | 10 | 11 => return None,
        _ if kind.is_multiple_of(2) => Column::Blob(take((kind - 12) / 2)?),
        _ => Column::Text(take((kind - 13) / 2)?),
    })
}

/// Big-endian, in two's complement.
fn integer(bytes: &[u8]) -> i64 {
    let sign = if bytes.first().is_some_and(|first| *first >= 0x80) { -1 } else { 0 };
    bytes.iter().fold(sign, |value, byte| (value << 8) | i64::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_varint_has_up_to_nine_bytes() {
        assert_eq!(varint(&[0x7F]), Some((127, 1)));
        assert_eq!(varint(&[0x81, 0x00, 0xFF]), Some((128, 2)));
        assert_eq!(varint(&[0xFF; 9]), Some((u64::MAX, 9)));
        assert_eq!(varint(&[0xFF; 8]), None);
        assert_eq!(varint(&[]), None);
    }

    #[test]
    fn a_record_is_its_columns_and_nothing_else() {
        let record = [6, 0, 1, 9, 15, 14, 0xFE, b'a', b'b'];
        let read = [
            Column::Null,
            Column::Integer(-2),
            Column::Integer(1),
            Column::Text(b"a"),
            Column::Blob(b"b"),
        ];
        assert_eq!(columns(&record).unwrap(), read);
        assert_eq!(columns(&record[..8]), None, "too short");
        assert_eq!(columns(&[&record[..], &[0]].concat()), None, "too long");
        assert_eq!(columns(&[200, 1]), None, "a header beyond its end");
        assert_eq!(columns(&[]), None);
    }
}
