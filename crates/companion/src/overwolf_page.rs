//! Ringside's page for Overwolf: a folder that the player loads there once.
//!
//! It is written where it knows port and token by itself, so that nobody types these
//! in, and again whenever one of them changes.

use std::{io, path::PathBuf};

use serde_json::json;

use crate::{DataDir, atomic_file, data_dir::create_private};

/// The folder within the data folder.
pub(crate) const FOLDER: &str = "overwolf";

/// The files that are the same for everybody.
const FILES: [(&str, &[u8]); 5] = [
    ("manifest.json", include_bytes!("../../../bridge/overwolf/manifest.json")),
    ("bridge.html", include_bytes!("../../../bridge/overwolf/bridge.html")),
    ("bridge.js", include_bytes!("../../../bridge/overwolf/bridge.js")),
    ("icon.png", include_bytes!("../../../bridge/overwolf/icon.png")),
    ("icon.ico", include_bytes!("../../../bridge/overwolf/icon.ico")),
];

/// What the page reads port and token from.
const SETTINGS: &str = "settings.json";

/// Where the page is, once it was written.
pub(crate) fn folder(dir: &DataDir) -> PathBuf {
    dir.path().join(FOLDER)
}

/// Writes the page for this port and token; a file that is as it should be stays.
pub(crate) fn write(dir: &DataDir, port: u16, token: &str) -> io::Result<PathBuf> {
    let folder = folder(dir);
    create_private(&folder)?;
    let settings = settings(port, token);
    for (name, content) in FILES.into_iter().chain([(SETTINGS, settings.as_bytes())]) {
        let path = folder.join(name);
        if std::fs::read(&path).ok().as_deref() != Some(content) {
            atomic_file::replace(&path, content)?;
        }
    }
    Ok(folder)
}

/// What the page has to know.
fn settings(port: u16, token: &str) -> String {
    let settings = json!({ "port": port, "token": token });
    format!("{settings:#}\n")
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn the_page_knows_port_and_token_and_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let dir = DataDir::open(Some(folder.path().to_owned())).unwrap();
        let page = write(&dir, 28_734, "abcdefghijklmnop").unwrap();
        let read = |name: &str| std::fs::read_to_string(page.join(name)).unwrap();
        let settings: Value = serde_json::from_str(&read("settings.json")).unwrap();
        assert_eq!(settings, json!({"port": 28_734, "token": "abcdefghijklmnop"}));

        // Whatever the manifest and the page name is there.
        let manifest: Value = serde_json::from_str(&read("manifest.json")).unwrap();
        let named = ["icon", "icon_gray", "launcher_icon", "window_icon"]
            .map(|icon| &manifest["meta"][icon]);
        for file in named.into_iter().chain([&manifest["data"]["windows"]["bridge"]["file"]]) {
            assert!(page.join(file.as_str().unwrap()).is_file(), "{file}");
        }
        assert!(read("bridge.html").contains("src=\"bridge.js\""));
        assert!(read("bridge.js").contains(game_client::BRIDGE_PATH));

        write(&dir, 28_735, "abcdefghijklmnop").unwrap();
        assert!(read("settings.json").contains("28735"));
    }

    #[test]
    fn the_page_that_the_project_ships_has_no_token_and_the_port_of_the_settings() {
        let shipped: Value =
            serde_json::from_slice(include_bytes!("../../../bridge/overwolf/settings.json"))
                .unwrap();
        let port = crate::Settings::default().overwolf.port;
        assert_eq!(shipped, json!({"port": port, "token": ""}));
        assert_eq!(port, game_client::BRIDGE_PORT_DEFAULT);
    }
}
