//! The page's types and commands, written from ours and held to them by a test.

use std::{env, fs, path::Path};

use specta_typescript::Typescript;
use stream_page::PageLook;

use crate::commands;

const BINDINGS: &str = "ui/src/generated/bindings.ts";

const OPENING: &str =
    "// Written by `UPDATE_EXPECT=1 cargo test -p ringside-desktop`; do not edit.\n";

#[test]
fn bindings_are_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(BINDINGS);
    let current = bindings();
    if env::var_os("UPDATE_EXPECT").is_some() {
        fs::write(&path, &current).unwrap();
    }
    // A checkout on Windows may have turned the line ends.
    let committed = fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    assert_eq!(committed, current, "{BINDINGS} has drifted: run the test with UPDATE_EXPECT=1");
}

fn bindings() -> String {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("bindings.ts");
    // Counts and milliseconds stay far below 2^53, and JSON hands the page numbers.
    let builder = commands::builder()
        .disable_serde_phases()
        .dangerously_cast_bigints_to_number()
        // The page for a stream has no commands: it is told this on its own way.
        .typ::<PageLook>();
    builder.export(Typescript::default().header(OPENING), &file).unwrap();
    let text = fs::read_to_string(file).unwrap();
    text.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}
