//! The fields that a source is known to send; anything else is counted as drift.

use serde_json::Value;

use crate::Drift;

/// What a field should hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    Text,
    Number,
    Flag,
    /// Named fields.
    Block,
    /// One entry for each id, number or slot, under its name or in a list.
    ById,
    /// Not looked into.
    Anything,
}

/// The known fields of a source's frames.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Schema {
    /// Every one by its dotted path; `*` stands for an entry of a [`Shape::ById`].
    pub(crate) fields: &'static [(&'static str, Shape)],
    /// Entries that hold the same fields as another block, which are listed there.
    pub(crate) same_as: &'static [(&'static str, &'static str)],
}

impl Schema {
    /// Counts every field of a frame that is not known, by its dotted path; a known
    /// field of another type with what it holds instead.
    pub(crate) fn unknown_fields(self, frame: &Value) -> Drift {
        let mut drift = Drift::default();
        if let Value::Object(members) = frame {
            for (name, value) in members {
                self.count_unknown(name, name, value, &mut drift);
            }
        }
        drift
    }

    /// `listed` is the path that the fields have, `shown` the one that is counted.
    fn count_unknown(self, listed: &str, shown: &str, value: &Value, drift: &mut Drift) {
        let Some(shape) = self.shape_of(listed) else {
            drift.count(shown);
            return;
        };
        match (shape, value) {
            (Shape::Block, Value::Object(members)) => {
                for (name, member) in members {
                    let (listed, shown) = (format!("{listed}.{name}"), format!("{shown}.{name}"));
                    self.count_unknown(&listed, &shown, member, drift);
                }
            }
            (Shape::ById, Value::Object(entries)) => {
                self.count_unknown_in(entries.values(), listed, shown, drift);
            }
            (Shape::ById, Value::Array(entries)) => {
                self.count_unknown_in(entries, listed, shown, drift);
            }
            (Shape::Text, Value::String(_))
            | (Shape::Number, Value::Number(_))
            | (Shape::Flag, Value::Bool(_))
            | (Shape::Anything, _) => {}
            (Shape::Block | Shape::ById | Shape::Text | Shape::Number | Shape::Flag, other) => {
                drift.count(&format!("{shown}: {}", type_of(other)));
            }
        }
    }

    fn count_unknown_in<'v>(
        self,
        entries: impl IntoIterator<Item = &'v Value>,
        listed: &str,
        shown: &str,
        drift: &mut Drift,
    ) {
        let listed = format!("{listed}.*");
        let same = self.same_as.iter().find(|(path, _)| *path == listed);
        let listed = same.map_or(listed.as_str(), |(_, block)| block);
        for entry in entries {
            self.count_unknown(listed, &format!("{shown}.*"), entry, drift);
        }
    }

    fn shape_of(self, path: &str) -> Option<Shape> {
        self.fields.iter().find(|(name, _)| *name == path).map(|(_, shape)| *shape)
    }
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "flag",
        Value::Number(_) => "number",
        Value::String(_) => "text",
        Value::Array(_) => "list",
        Value::Object(_) => "block",
    }
}
