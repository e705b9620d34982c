//! `previously` and `added`: what changed since the last body sent.

use serde_json::{Map, Value};

/// Both parts; each is absent where it would be empty.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Delta {
    /// Former values, `true` for a block that is gone.
    pub(crate) previously: Option<Value>,
    /// `true` for each path that is new.
    pub(crate) added: Option<Value>,
}

pub(crate) fn between(former: &Map<String, Value>, now: &Map<String, Value>) -> Delta {
    let mut previously = Map::new();
    let mut added = Map::new();
    for (name, value) in former {
        match (value, now.get(name)) {
            (_, Some(same)) if same == value => {}
            (Value::Object(former), Some(Value::Object(now))) => {
                let inner = between(former, now);
                previously.extend(inner.previously.map(|value| (name.clone(), value)));
                added.extend(inner.added.map(|value| (name.clone(), value)));
            }
            (Value::Object(_), None) => {
                previously.insert(name.clone(), Value::Bool(true));
            }
            (former, Some(_) | None) => {
                previously.insert(name.clone(), former.clone());
            }
        }
    }
    let new = now.keys().filter(|name| !former.contains_key(*name));
    added.extend(new.map(|name| (name.clone(), Value::Bool(true))));
    Delta { previously: non_empty(previously), added: non_empty(added) }
}

fn non_empty(members: Map<String, Value>) -> Option<Value> {
    (!members.is_empty()).then_some(Value::Object(members))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn delta(former: Value, now: Value) -> (Value, Value) {
        let (Value::Object(former), Value::Object(now)) = (former, now) else { unreachable!() };
        let delta = between(&former, &now);
        (delta.previously.unwrap_or_default(), delta.added.unwrap_or_default())
    }

    #[test]
    fn a_bomb_that_is_planted_is_added_and_defused_is_changed() {
        let live = json!({"round": {"phase": "live"}});
        let planted = json!({"round": {"phase": "live", "bomb": "planted"}});
        let over = json!({"round": {"phase": "over", "bomb": "defused", "win_team": "CT"}});
        assert_eq!(delta(live, planted.clone()), (Value::Null, json!({"round": {"bomb": true}})));
        assert_eq!(
            delta(planted, over),
            (
                json!({"round": {"phase": "live", "bomb": "planted"}}),
                json!({"round": {"win_team": true}})
            )
        );
    }

    #[test]
    fn a_block_that_is_gone_was_there_and_the_same_is_no_change() {
        let with = json!({"map": {"round": 1}, "player": {"name": "Ana"}});
        let without = json!({"map": {"round": 1}});
        assert_eq!(delta(with.clone(), without), (json!({"player": true}), Value::Null));
        assert_eq!(delta(with.clone(), with), (Value::Null, Value::Null));
    }
}
