//! How a match is written down between two visits, byte by byte.
//!
//! Nobody else reads it: a store keeps it beside a version of its own, and what
//! an older program wrote is made anew from the log.

use std::collections::{BTreeMap, BTreeSet};

mod foreign;

/// Something that a row is made of.
pub(crate) trait Row: Sized {
    /// Adds its bytes.
    fn write(&self, to: &mut Vec<u8>);
    /// Takes its bytes from the front; `None` where they are not its own.
    fn read(from: &mut &[u8]) -> Option<Self>;
}

/// A struct is its fields, one after the other.
macro_rules! row {
    ($row:ty { $($field:ident),* $(,)? }) => {
        impl $crate::row::Row for $row {
            fn write(&self, to: &mut Vec<u8>) {
                $($crate::row::Row::write(&self.$field, to);)*
            }
            fn read(from: &mut &[u8]) -> Option<Self> {
                $(let $field = $crate::row::Row::read(from)?;)*
                Some(Self { $($field),* })
            }
        }
    };
}

/// A number in a type of its own is the number.
macro_rules! number_row {
    ($($row:ident($number:ty)),* $(,)?) => {
        $(impl $crate::row::Row for $row {
            fn write(&self, to: &mut Vec<u8>) {
                self.0.write(to);
            }
            fn read(from: &mut &[u8]) -> Option<Self> {
                <$number as $crate::row::Row>::read(from).map(Self)
            }
        })*
    };
}

/// A number is its bytes, the least first.
macro_rules! bytes_row {
    ($($number:ty),*) => {
        $(impl Row for $number {
            fn write(&self, to: &mut Vec<u8>) {
                to.extend_from_slice(&self.to_le_bytes());
            }
            fn read(from: &mut &[u8]) -> Option<Self> {
                let (bytes, rest) = from.split_first_chunk()?;
                *from = rest;
                Some(Self::from_le_bytes(*bytes))
            }
        })*
    };
}

pub(crate) use number_row;
pub(crate) use row;

bytes_row!(u8, u16, u32, u64, u128, i16, i64);

impl Row for bool {
    fn write(&self, to: &mut Vec<u8>) {
        u8::from(*self).write(to);
    }

    fn read(from: &mut &[u8]) -> Option<Self> {
        match u8::read(from)? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }
}

impl Row for usize {
    fn write(&self, to: &mut Vec<u8>) {
        u64::try_from(*self).expect("a length in memory fits 64 bits").write(to);
    }

    fn read(from: &mut &[u8]) -> Option<Self> {
        usize::try_from(u64::read(from)?).ok()
    }
}

impl<T: Row> Row for Option<T> {
    fn write(&self, to: &mut Vec<u8>) {
        self.is_some().write(to);
        if let Some(value) = self {
            value.write(to);
        }
    }

    fn read(from: &mut &[u8]) -> Option<Self> {
        if bool::read(from)? { T::read(from).map(Some) } else { Some(None) }
    }
}

impl<T: Row> Row for Vec<T> {
    fn write(&self, to: &mut Vec<u8>) {
        self.len().write(to);
        self.iter().for_each(|item| item.write(to));
    }

    fn read(from: &mut &[u8]) -> Option<Self> {
        // Not with room for what is claimed: that may be anything.
        (0..usize::read(from)?).map(|_| T::read(from)).collect()
    }
}

impl<T: Row> Row for Box<[T]> {
    fn write(&self, to: &mut Vec<u8>) {
        self.len().write(to);
        self.iter().for_each(|item| item.write(to));
    }

    fn read(from: &mut &[u8]) -> Option<Self> {
        Vec::read(from).map(Vec::into_boxed_slice)
    }
}

impl Row for Box<str> {
    fn write(&self, to: &mut Vec<u8>) {
        self.len().write(to);
        to.extend_from_slice(self.as_bytes());
    }

    fn read(from: &mut &[u8]) -> Option<Self> {
        let length = usize::read(from)?;
        let (text, rest) = from.split_at_checked(length)?;
        *from = rest;
        std::str::from_utf8(text).ok().map(Self::from)
    }
}

impl<T: Row + Ord> Row for BTreeSet<T> {
    fn write(&self, to: &mut Vec<u8>) {
        self.len().write(to);
        self.iter().for_each(|item| item.write(to));
    }

    fn read(from: &mut &[u8]) -> Option<Self> {
        Vec::read(from).map(Self::from_iter)
    }
}

impl<K: Row + Ord, V: Row> Row for BTreeMap<K, V> {
    fn write(&self, to: &mut Vec<u8>) {
        self.len().write(to);
        for (key, value) in self {
            key.write(to);
            value.write(to);
        }
    }

    fn read(from: &mut &[u8]) -> Option<Self> {
        Vec::<(K, V)>::read(from).map(Self::from_iter)
    }
}

impl<T: Row, const N: usize> Row for [T; N] {
    fn write(&self, to: &mut Vec<u8>) {
        self.iter().for_each(|item| item.write(to));
    }

    fn read(from: &mut &[u8]) -> Option<Self> {
        let items: Option<Vec<T>> = (0..N).map(|_| T::read(from)).collect();
        items?.try_into().ok()
    }
}

impl<A: Row, B: Row> Row for (A, B) {
    fn write(&self, to: &mut Vec<u8>) {
        self.0.write(to);
        self.1.write(to);
    }

    fn read(from: &mut &[u8]) -> Option<Self> {
        Some((A::read(from)?, B::read(from)?))
    }
}

impl<A: Row, B: Row, C: Row> Row for (A, B, C) {
    fn write(&self, to: &mut Vec<u8>) {
        self.0.write(to);
        self.1.write(to);
        self.2.write(to);
    }

    fn read(from: &mut &[u8]) -> Option<Self> {
        Some((A::read(from)?, B::read(from)?, C::read(from)?))
    }
}

/// The bytes of one row.
pub(crate) fn bytes_of(row: &impl Row) -> Vec<u8> {
    let mut bytes = Vec::new();
    row.write(&mut bytes);
    bytes
}

/// The row that these bytes are, all of them.
pub(crate) fn row_of<T: Row>(mut bytes: &[u8]) -> Option<T> {
    let row = T::read(&mut bytes)?;
    bytes.is_empty().then_some(row)
}
