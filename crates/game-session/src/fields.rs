//! Single fields of a JSON frame, each bounded.

use serde_json::{Map, Value};

use crate::Unreadable;

/// Longest text that is read, in bytes: names have up to 128, paths of workshop
/// maps up to 260. A frame with a longer one does not come from a game.
pub(crate) const TEXT_BYTES_MAX: usize = 512;

/// Reads single fields; a field of another type than it should have counts as
/// absent here and as unknown in the schema.
pub(crate) struct Fields<'j> {
    pub(crate) json: &'j Value,
    /// Words of known fields that this version does not know: `round.phase=foo`.
    pub(crate) unknown_words: Vec<String>,
}

impl<'j> Fields<'j> {
    pub(crate) fn of(json: &'j Value) -> Self {
        Self { json, unknown_words: Vec::new() }
    }

    /// A word of a fixed list; one that is not in it is remembered as unknown.
    pub(crate) fn word<T: Copy>(
        &mut self,
        pointer: &str,
        words: &[(&str, T)],
    ) -> Result<Option<T>, Unreadable> {
        let text = self.text(pointer)?.filter(|text| !text.is_empty());
        let Some(text) = text else { return Ok(None) };
        let known = words.iter().find(|(word, _)| *word == text).map(|(_, meaning)| *meaning);
        if known.is_none() {
            self.unknown_words.push(format!("{}={text}", dotted(pointer)));
        }
        Ok(known)
    }

    pub(crate) fn text(&self, pointer: &str) -> Result<Option<String>, Unreadable> {
        let text = self.json.pointer(pointer).and_then(Value::as_str);
        text.map(|text| bounded(text, &dotted(pointer))).transpose()
    }

    pub(crate) fn integer(&self, pointer: &str) -> Option<i64> {
        self.json.pointer(pointer)?.as_i64()
    }

    pub(crate) fn count(&self, pointer: &str) -> Option<u32> {
        self.json.pointer(pointer)?.as_u64()?.try_into().ok()
    }

    pub(crate) fn flag(&self, pointer: &str) -> Option<bool> {
        self.json.pointer(pointer)?.as_bool()
    }

    pub(crate) fn block(&self, pointer: &str) -> Option<&'j Map<String, Value>> {
        self.json.pointer(pointer)?.as_object()
    }
}

/// A text of the frame, where it is not too long to be one of the game's.
pub(crate) fn bounded(text: &str, path: &str) -> Result<String, Unreadable> {
    if text.len() > TEXT_BYTES_MAX {
        return Err(Unreadable::Malformed(format!("{path} has more than {TEXT_BYTES_MAX} bytes")));
    }
    Ok(text.to_owned())
}

fn dotted(pointer: &str) -> String {
    pointer.trim_start_matches('/').replace('/', ".")
}
