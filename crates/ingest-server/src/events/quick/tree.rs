//! A JSON value that borrows its texts and keeps its names in a list.

use std::{borrow::Cow, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{self, MapAccess, SeqAccess, Visitor},
};
use serde_json::Number;

use super::Text;

/// A JSON value. Names may come twice; [`Tree::canonical`] finds that out.
pub(super) enum Tree<'e> {
    Null,
    Bool(bool),
    Number(Number),
    Text(Cow<'e, str>),
    List(Vec<Self>),
    Object(Vec<(Cow<'e, str>, Self)>),
}

impl<'e> Tree<'e> {
    pub(super) fn get(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Object(members) => {
                members.iter().find(|(known, _)| known == name).map(|(_, member)| member)
            }
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::Text(_) | Self::List(_) => None,
        }
    }

    pub(super) fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    pub(super) fn is_object(&self) -> bool {
        matches!(self, Self::Object(_))
    }

    pub(super) fn is_list_of(&self, test: impl Fn(&Self) -> bool) -> bool {
        matches!(self, Self::List(items) if items.iter().all(test))
    }

    pub(super) fn as_str(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::List(_) | Self::Object(_) => None,
        }
    }

    fn as_number(&self) -> Option<&Number> {
        match self {
            Self::Number(number) => Some(number),
            Self::Null | Self::Bool(_) | Self::Text(_) | Self::List(_) | Self::Object(_) => None,
        }
    }

    pub(super) fn as_u64(&self) -> Option<u64> {
        self.as_number()?.as_u64()
    }

    pub(super) fn as_u32(&self) -> Option<u32> {
        self.as_u64()?.try_into().ok()
    }

    pub(super) fn as_i64(&self) -> Option<i64> {
        self.as_number()?.as_i64()
    }

    /// Levels of nested lists and objects; 0 for a scalar.
    pub(super) fn depth(&self) -> usize {
        match self {
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::Text(_) => 0,
            Self::List(items) => 1 + items.iter().map(Self::depth).max().unwrap_or(0),
            Self::Object(members) => {
                1 + members.iter().map(|(_, member)| member.depth()).max().unwrap_or(0)
            }
        }
    }

    /// The bytes that `event_model::canonical_json` gives of the members that
    /// are covered. `None` where a name comes twice.
    pub(super) fn canonical(&self, covers: fn(&str) -> bool) -> Option<Vec<u8>> {
        let mut bytes = Vec::with_capacity(512);
        match self {
            Self::Object(members) => {
                no_name_twice(members)?;
                let covered = members.iter().filter(|(name, _)| covers(name));
                write_members(covered.collect(), &mut bytes)?;
                let left_out = members.iter().filter(|(name, _)| !covers(name));
                left_out.map(|(_, member)| member.has_no_name_twice()).collect::<Option<()>>()?;
            }
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::Text(_) | Self::List(_) => {
                self.write(&mut bytes)?;
            }
        }
        Some(bytes)
    }

    fn has_no_name_twice(&self) -> Option<()> {
        match self {
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::Text(_) => Some(()),
            Self::List(items) => items.iter().map(Self::has_no_name_twice).collect(),
            Self::Object(members) => {
                no_name_twice(members)?;
                members.iter().map(|(_, member)| member.has_no_name_twice()).collect()
            }
        }
    }

    fn write(&self, bytes: &mut Vec<u8>) -> Option<()> {
        match self {
            Self::Null => bytes.extend_from_slice(b"null"),
            Self::Bool(true) => bytes.extend_from_slice(b"true"),
            Self::Bool(false) => bytes.extend_from_slice(b"false"),
            Self::Number(number) => serde_json::to_writer(bytes, number).ok()?,
            Self::Text(text) => serde_json::to_writer(bytes, text).ok()?,
            Self::List(items) => {
                bytes.push(b'[');
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        bytes.push(b',');
                    }
                    item.write(bytes)?;
                }
                bytes.push(b']');
            }
            Self::Object(members) => write_members(members.iter().collect(), bytes)?,
        }
        Some(())
    }
}

fn no_name_twice(members: &[(Cow<'_, str>, Tree<'_>)]) -> Option<()> {
    // Few names: comparing each with each is faster than sorting them.
    const FEW: usize = 24;
    if members.len() > FEW {
        return None;
    }
    let twice = members
        .iter()
        .enumerate()
        .any(|(index, (name, _))| members[..index].iter().any(|(before, _)| before == name));
    (!twice).then_some(())
}

fn write_members(mut members: Vec<&(Cow<'_, str>, Tree<'_>)>, bytes: &mut Vec<u8>) -> Option<()> {
    members.sort_unstable_by(|(one, _), (other, _)| one.as_bytes().cmp(other.as_bytes()));
    if members.windows(2).any(|pair| pair[0].0 == pair[1].0) {
        return None;
    }
    bytes.push(b'{');
    for (index, (name, member)) in members.into_iter().enumerate() {
        if index > 0 {
            bytes.push(b',');
        }
        serde_json::to_writer(&mut *bytes, name).ok()?;
        bytes.push(b':');
        member.write(bytes)?;
    }
    bytes.push(b'}');
    Some(())
}

impl<'de: 'e, 'e> Deserialize<'de> for Tree<'e> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TreeVisitor)
    }
}

struct TreeVisitor;

impl<'de> Visitor<'de> for TreeVisitor {
    type Value = Tree<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Tree::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok(Tree::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Self::Value, E> {
        Ok(Tree::Number(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Self::Value, E> {
        Ok(Tree::Number(value.into()))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Self::Value, E> {
        Number::from_f64(value).map(Tree::Number).ok_or_else(|| E::custom("no JSON number"))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Tree::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Tree::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Tree::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::with_capacity(8);
        while let Some(name) = map.next_key::<Text<'de>>()? {
            members.push((name.0, map.next_value()?));
        }
        Ok(Tree::Object(members))
    }
}
