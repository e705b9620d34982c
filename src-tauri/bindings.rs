//! The page's types, written from ours and held to them by a test.

use std::{env, fs, path::Path};

use ts_rs::{Config, TS};

use crate::view::{Capture, FeedLine, Saved, Source, Status, Upload};

const BINDINGS: &str = "ui/src/generated/bindings.ts";

const OPENING: &str = "// Written by `UPDATE_EXPECT=1 cargo test -p ringside-desktop` from \
                       src-tauri/view.rs; do not edit.\n";

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
    // Counts and milliseconds stay far below 2^53, and JSON hands the page numbers.
    let config = Config::new().with_large_int("number");
    let declarations = [
        declaration::<FeedLine>(&config),
        declaration::<Saved>(&config),
        declaration::<Status>(&config),
        declaration::<Capture>(&config),
        declaration::<Source>(&config),
        declaration::<Upload>(&config),
    ];
    let text = format!("{OPENING}\n{}", declarations.join("\n"));
    text.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

fn declaration<T: TS>(config: &Config) -> String {
    format!("{}export {}\n", T::docs().unwrap_or_default(), T::decl(config))
}
