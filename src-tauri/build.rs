//! Generates Tauri's context, and stands in for the pages where nobody built them.

use std::{fs, path::Path, time::SystemTime};

use tauri_build::{AppManifest, Attributes};

/// Vite writes it last and names the other files in it by their hashes, so
/// that this one file changes whenever any page does.
const PAGE: &str = "ui/dist/main.html";

const STAND_IN: &str = include_str!("stand_in.html");

const CAPABILITIES: &str = "src-tauri/capabilities/**/*";
const PERMISSIONS: &str = "src-tauri/permissions/**/*";

fn main() {
    for path in [PAGE, "src-tauri/capabilities", "src-tauri/permissions", "icons"] {
        println!("cargo:rerun-if-changed={path}");
    }
    stand_in_for_the_pages().expect("the stand-in page can be written into ui/dist");
    let manifest = AppManifest::new().permissions_path_pattern(PERMISSIONS);
    let attributes =
        Attributes::new().app_manifest(manifest).capabilities_path_pattern(CAPABILITIES);
    tauri_build::try_build(attributes).expect("tauri.conf.json and what it names are sound");
}

/// Lets cargo check, clippy and test work without Node.
fn stand_in_for_the_pages() -> std::io::Result<()> {
    let page = Path::new(PAGE);
    if page.exists() {
        return Ok(());
    }
    fs::create_dir_all(page.parent().expect("the page lies in a folder"))?;
    fs::write(page, STAND_IN)?;
    // Older than any build: else cargo takes this write for a change and builds twice.
    fs::File::options().append(true).open(page)?.set_modified(SystemTime::UNIX_EPOCH)
}
