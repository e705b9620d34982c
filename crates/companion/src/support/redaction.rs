//! Takes out what a helper needs not know. Pure.

use serde_json::Value;

/// What stands for something taken out.
const TAKEN_OUT: &str = "[taken out]";

/// Digits and letters in a row that are a secret or an id: tokens of games have
/// 32, ids of devices 32 in groups. No word of ours is as long and of digits
/// and the letters a to f alone.
const SECRET_LENGTH_MIN: usize = 24;

/// Names that hold secrets, whatever they look like.
const SECRET_NAMES: [&str; 4] = ["token", "key", "secret", "password"];

/// What is known of the PC that its user may not want to tell.
#[derive(Debug, Default)]
pub(super) struct Redaction {
    /// The user's own folder and name, the longest first.
    private: Vec<(String, &'static str)>,
}

impl Redaction {
    /// This PC's user.
    pub(super) fn of_this_pc() -> Self {
        let home = directories::UserDirs::new().map(|dirs| dirs.home_dir().to_owned());
        let home = home.map(|home| home.display().to_string());
        let name = home.as_deref().and_then(|home| home.rsplit(['/', '\\']).next());
        let name = name.map(str::to_owned);
        Self::of(home.into_iter().map(|home| (home, "~")).chain(name.map(|name| (name, TAKEN_OUT))))
    }

    fn of(private: impl IntoIterator<Item = (String, &'static str)>) -> Self {
        // One or two letters are in every word.
        let told = private.into_iter().filter(|(text, _)| text.len() > 2);
        Self { private: told.collect() }
    }

    /// The value without what is nobody's business.
    pub(super) fn value(&self, value: Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.text(&text)),
            Value::Array(values) => values.into_iter().map(|value| self.value(value)).collect(),
            Value::Object(fields) => fields
                .into_iter()
                .map(|(name, value)| {
                    let value = if is_secret(&name, &value) {
                        Value::String(TAKEN_OUT.to_owned())
                    } else {
                        self.value(value)
                    };
                    (name, value)
                })
                .collect(),
            plain @ (Value::Null | Value::Bool(_) | Value::Number(_)) => plain,
        }
    }

    fn text(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (private, instead) in &self.private {
            text = text.replace(private, instead);
        }
        without_secrets(&text)
    }
}

fn is_secret(name: &str, value: &Value) -> bool {
    let name = name.to_lowercase();
    value.is_string() && SECRET_NAMES.iter().any(|secret| name.ends_with(secret))
}

/// The text without runs of digits that are as long as a secret's.
fn without_secrets(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut run = String::new();
    for letter in text.chars() {
        if letter.is_ascii_hexdigit() || (letter == '-' && !run.is_empty()) {
            run.push(letter);
            continue;
        }
        keep(&mut kept, &run);
        run.clear();
        kept.push(letter);
    }
    keep(&mut kept, &run);
    kept
}

fn keep(kept: &mut String, run: &str) {
    let digits = run.chars().filter(char::is_ascii_hexdigit).count();
    kept.push_str(if digits < SECRET_LENGTH_MIN { run } else { TAKEN_OUT });
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of_ana() -> Redaction {
        Redaction::of([("/Users/ana".to_owned(), "~"), ("ana".to_owned(), TAKEN_OUT)])
    }

    #[test]
    fn the_users_folder_and_name_are_taken_out_wherever_they_stand() {
        let value =
            json!({"data_dir": "/Users/ana/.local", "log": ["ana logged in", "C: /Users/ana"]});
        let told = of_ana().value(value);
        assert_eq!(told["data_dir"], "~/.local");
        assert!(!told.to_string().contains("ana "), "{told}");
    }

    #[test]
    fn tokens_and_ids_are_taken_out_wherever_they_stand() {
        let token = "0123456789abcdef0123456789abcdef";
        let device = "0192f0c4-7a1b-7c3d-8e4f-0123456789ab";
        let text = format!("\"token\" \"{token}\" of {device}.");
        let told = of_ana().text(&text);
        assert_eq!(told, format!("\"token\" \"{TAKEN_OUT}\" of {TAKEN_OUT}."));
    }

    #[test]
    fn what_is_named_a_secret_is_taken_out_whatever_it_looks_like() {
        let told = of_ana().value(json!({"enrolment_key": "x", "keys": 3, "token": null}));
        assert_eq!(told, json!({"enrolment_key": TAKEN_OUT, "keys": 3, "token": null}));
    }

    #[test]
    fn what_helps_stays() {
        let text = "2026-11-22T19:03:04Z port 28730: 412 frames, refused twice — dead-beef café";
        assert_eq!(of_ana().text(text), text);
    }
}
