//! One byte sequence for one JSON value.

use serde_json::Value;

/// Compact JSON with object keys sorted by their bytes, whatever order the
/// value was built or parsed in.
///
/// Numbers are written as `serde_json` writes them, which keeps integers exact
/// (RFC 8785 would round them to 53 bits and let two counters collide).
#[must_use]
pub fn canonical_json(value: &Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    write_value(value, &mut bytes);
    bytes
}

fn write_value(value: &Value, bytes: &mut Vec<u8>) {
    match value {
        Value::Object(members) => {
            let mut sorted: Vec<_> = members.iter().collect();
            sorted.sort_by_key(|(name, _)| name.as_bytes());
            let write_member = |(name, member): &(&String, &Value), bytes: &mut Vec<u8>| {
                write_scalar(&Value::from(name.as_str()), bytes);
                bytes.push(b':');
                write_value(member, bytes);
            };
            write_list(b'{', &sorted, b'}', bytes, write_member);
        }
        Value::Array(items) => {
            write_list(b'[', items, b']', bytes, write_value);
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            write_scalar(value, bytes);
        }
    }
}

fn write_list<T>(
    open: u8,
    items: &[T],
    close: u8,
    bytes: &mut Vec<u8>,
    write_item: impl Fn(&T, &mut Vec<u8>),
) {
    bytes.push(open);
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            bytes.push(b',');
        }
        write_item(item, bytes);
    }
    bytes.push(close);
}

fn write_scalar(value: &Value, bytes: &mut Vec<u8>) {
    serde_json::to_writer(bytes, value).expect("writing a JSON scalar to memory cannot fail");
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn keys_are_sorted_and_nothing_else_moves() {
        let value = json!({"b": [3, 1, {"z": null, "a": "ü\n"}], "a": 1.5});
        assert_eq!(
            String::from_utf8(canonical_json(&value)).unwrap(),
            r#"{"a":1.5,"b":[3,1,{"a":"ü\n","z":null}]}"#
        );
    }

    #[test]
    fn large_integers_stay_exact() {
        assert_eq!(canonical_json(&json!(u64::MAX)), b"18446744073709551615");
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let scalar = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            ".*".prop_map(Value::from),
        ];
        scalar.prop_recursive(4, 32, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                prop::collection::btree_map(".*", inner, 0..6)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn canonical_bytes_are_json_of_the_same_value(value in any_json()) {
            let read: Value = serde_json::from_slice(&canonical_json(&value)).unwrap();
            prop_assert_eq!(read, value);
        }
    }
}
