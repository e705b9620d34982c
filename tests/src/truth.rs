//! Compares what the server recorded with what really happened.

use std::{collections::BTreeMap, path::PathBuf};

use anyhow::{Context, Result};
use serde::Serialize;
use serde_json::Value;

/// The outcome.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Comparison {
    /// What happened in the simulated matches.
    pub happened: u64,
    /// What of it the server has, once.
    pub recorded: u64,
    /// What the server has and did not happen.
    pub invented: u64,
    /// What is not recorded, for whoever looks why: each as often as it lacks.
    pub missing: Vec<String>,
}

impl Comparison {
    /// Whether everything is recorded once, and nothing else.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.recorded == self.happened && self.invented == 0
    }
}

/// What tells one happening from another: kind, actors, round, clock.
type Happening = [Value; 5];

/// Compares truth files with every occurrence of a server.
///
/// # Errors
/// Where a truth cannot be read.
pub fn compare(truths: &[PathBuf], occurrences: &[Value]) -> Result<Comparison> {
    let mut happened: BTreeMap<String, i64> = BTreeMap::new();
    for path in truths {
        let text = std::fs::read(path).with_context(|| format!("no {}", path.display()))?;
        let truth: Value = serde_json::from_slice(&text)?;
        for session in truth["sessions"].as_array().into_iter().flatten() {
            for event in session["events"].as_array().into_iter().flatten() {
                *happened.entry(key(true_happening(event))).or_default() += 1;
            }
        }
    }
    let total: i64 = happened.values().sum();
    let mut comparison = Comparison { happened: total.unsigned_abs(), ..Comparison::default() };
    for occurrence in occurrences {
        match happened.get_mut(&key(recorded_happening(occurrence))) {
            Some(left) if *left > 0 => {
                *left -= 1;
                comparison.recorded += 1;
            }
            Some(_) | None => comparison.invented += 1,
        }
    }
    for (what, left) in happened {
        comparison.missing.extend((0..left).map(|_| what.clone()));
    }
    Ok(comparison)
}

fn true_happening(event: &Value) -> Happening {
    let field = |name: &str| event[name].clone();
    [field("kind"), field("attacker"), field("victim"), field("round"), field("match_clock_ms")]
}

fn recorded_happening(occurrence: &Value) -> Happening {
    let actors = &occurrence["actors"];
    [
        occurrence["kind"].clone(),
        actors["attacker"].clone(),
        actors["victim"].clone(),
        occurrence["round"].clone(),
        occurrence["match_clock_ms"].clone(),
    ]
}

fn key(happening: Happening) -> String {
    Value::from(happening.to_vec()).to_string()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_doubled_record_is_invented_and_a_missing_one_not_recorded() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("truth.json");
        let kill = |victim: &str| json!({"kind": "kill", "attacker": "Ana", "victim": victim});
        let truth = json!({"sessions": [{"events": [kill("Bo"), kill("Cy")]}]});
        std::fs::write(&path, truth.to_string()).unwrap();
        let seen = json!({"kind": "kill", "actors": {"attacker": "Ana", "victim": "Bo"}});
        let comparison = compare(&[path], &[seen.clone(), seen]).unwrap();
        let counts = (comparison.happened, comparison.recorded, comparison.invented);
        assert_eq!(counts, (2, 1, 1));
        assert_eq!(comparison.missing.len(), 1);
        assert!(comparison.missing[0].contains("Cy") && !comparison.is_whole(), "{comparison:?}");
    }
}
