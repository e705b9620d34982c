//! Every fault of the table at a fifth of its size: see `tests/fault-table`.

use std::process::Command;

use serde_json::Value;
use system_tests::binary;

/// A fifth of the events, and of every second of the timetable.
const SCALE: &str = "0.2";
/// All of them: they mostly wait.
const AT_ONCE: &str = "15";

#[test]
fn no_fault_of_the_table_loses_an_event_or_renames_one() {
    let mut table = Command::new(binary("fault-table"));
    let table = table.args(["table", "--json", "--scale", SCALE, "--at-once", AT_ONCE]);
    let output = table.output().unwrap();
    let report: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("no report: {}", String::from_utf8_lossy(&output.stderr)));
    let failing = |claim: &&Value| claim["holds"] != true;
    let failing: Vec<_> = report["claims"].as_array().unwrap().iter().filter(failing).collect();
    assert!(failing.is_empty(), "{failing:#?}\n{}", report["cells"]);
    assert!(output.status.success());
}
