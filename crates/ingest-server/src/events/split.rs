//! A JSON array becomes the raw text of its items.

use std::fmt;

use serde::de::{Deserializer as _, Error as _, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// Why a body is not a batch.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum SplitFault {
    /// More items than a request may have.
    TooMany,
    /// Not a JSON array; the text says where.
    NotAnArray(String),
}

/// The items of a JSON array, unread: how deep or how strange one of them is
/// does not touch the others.
pub(crate) fn split(body: &[u8], items_max: usize) -> Result<Vec<&RawValue>, SplitFault> {
    let mut reader = serde_json::Deserializer::from_slice(body);
    let mut too_many = false;
    let items = Items { items_max, too_many: &mut too_many };
    let read = reader.deserialize_seq(items).and_then(|items| reader.end().map(|()| items));
    match (read, too_many) {
        (Ok(items), _) => Ok(items),
        (Err(_), true) => Err(SplitFault::TooMany),
        (Err(error), false) => Err(SplitFault::NotAnArray(error.to_string())),
    }
}

struct Items<'t> {
    items_max: usize,
    too_many: &'t mut bool,
}

impl<'de> Visitor<'de> for Items<'_> {
    type Value = Vec<&'de RawValue>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of events")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            if items.len() == self.items_max {
                *self.too_many = true;
                return Err(A::Error::custom("too many items"));
            }
            items.push(item);
        }
        Ok(items)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_keep_their_bytes() {
        let items = split(br#" [ {"a": 1.50 } ,[2]] "#, 2).unwrap();
        let texts: Vec<_> = items.iter().map(|item| item.get()).collect();
        assert_eq!(texts, [r#"{"a": 1.50 }"#, "[2]"]);
    }

    #[test]
    fn one_item_too_many_is_too_many() {
        assert_eq!(split(b"[1,2,3]", 2).unwrap_err(), SplitFault::TooMany);
    }

    #[test]
    fn anything_but_one_array_is_refused() {
        for body in ["", "{}", "[1", "[1] 2", "null", "[1,]", "\u{0}"] {
            let fault = split(body.as_bytes(), 10).unwrap_err();
            assert!(matches!(fault, SplitFault::NotAnArray(_)), "{body:?}");
        }
        assert!(split(b"[\"\xff\"]", 10).is_err(), "not UTF-8");
    }

    #[test]
    fn a_deep_item_does_not_spoil_the_others() {
        let deep = format!("[1,{}{},2]", "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(split(deep.as_bytes(), 10).unwrap().len(), 3);
    }
}
