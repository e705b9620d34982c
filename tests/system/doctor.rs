//! `ringside doctor` says what stands between a game and its events.

use std::{
    io::{Read, Write},
    net::TcpStream,
    path::Path,
};

use serde_json::Value;
use system_tests::{Device, LiveCompanion, free_port};

/// A Steam with Counter-Strike in a library on another disk.
#[cfg(target_os = "linux")]
fn steam(home: &Path) -> std::path::PathBuf {
    let library = home.join("games");
    let root = home.join(".local/share/Steam");
    let apps = library.join("steamapps");
    let cfg = apps.join("common/Counter-Strike Global Offensive/game/csgo/cfg");
    std::fs::create_dir_all(root.join("steamapps")).unwrap();
    std::fs::create_dir_all(&cfg).unwrap();
    let folders = format!(
        "\"libraryfolders\"\n{{\n\"0\"\n{{\n\"path\" \"{}\"\n\"apps\"\n{{\n\"730\" \"1\"\n}}\n}}\n}}\n",
        library.display()
    );
    std::fs::write(root.join("steamapps/libraryfolders.vdf"), folders).unwrap();
    let manifest = "\"AppState\"\n{\n\"appid\" \"730\"\n\"name\" \"Counter-Strike 2\"\n\
                    \"installdir\" \"Counter-Strike Global Offensive\"\n}\n";
    std::fs::write(apps.join("appmanifest_730.acf"), manifest).unwrap();
    cfg
}

fn doctor(device: &Device, home: &Path) -> Value {
    let mut command = device.command(&["doctor", "--json"]);
    let output = command.env("HOME", home).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn of(report: &Value, source: &str) -> Value {
    let sources = report["sources"].as_array().unwrap();
    sources.iter().find(|one| one["source"] == source).unwrap().clone()
}

// Steam lies elsewhere on the other systems.
#[cfg(target_os = "linux")]
#[test]
fn the_file_to_install_is_printed_with_its_place_until_it_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("home");
    let cfg = steam(&home);
    let device = Device::new(&folder.path().join("device"));

    let before = of(&doctor(&device, &home), "cs2");
    let path = before["installed"][0]["config_path"].as_str().unwrap();
    assert!(path.starts_with(cfg.to_str().unwrap()), "{before}");
    assert_eq!(before["installed"][0]["config"]["is"], "missing");
    assert_eq!(before["verdict"], "not_set_up");
    let content = before["advice"][0]["content"].as_str().unwrap();
    let identity = std::fs::read_to_string(device.data_dir().join("identity.json")).unwrap();
    let identity: Value = serde_json::from_str(&identity).unwrap();
    assert!(content.contains(identity["gsi_token"].as_str().unwrap()), "the game shows this token");

    std::fs::write(path, content).unwrap();
    let after = of(&doctor(&device, &home), "cs2");
    assert_eq!(after["installed"][0]["config"]["is"], "current");
    assert_eq!(after["advice"], Value::Array(Vec::new()), "nothing is left to do");
}

#[test]
fn what_the_last_run_could_not_read_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let data_dir = folder.path().join("device");
    let port = free_port().unwrap();
    let arguments = ["--gsi-port", &port.to_string(), "--league-port", "1"];
    let mut companion = LiveCompanion::headless(&data_dir, &arguments).unwrap();
    let token = companion.gsi_token().unwrap();
    let unknown = r#""map":{"name":"de_dust2","mode":"competitive","phase":"live","weather":1}"#;
    let frame = |block: &str| {
        format!(
            r#"{{"provider":{{"appid":730,"version":14094,"steamid":"7","timestamp":1}},{block},"auth":{{"token":"{token}"}}}}"#
        )
    };
    post(port, &frame(unknown));
    post(port, &frame(unknown).replace("\"timestamp\":1", "\"timestamp\":\"soon\""));
    post(port, r#"{"provider":{"appid":730},"auth":{"token":"somebody-elses-token"}}"#);
    companion.stop();

    let report = of(&doctor(&Device::new(&data_dir), folder.path()), "cs2");
    let last = &report["last_run"];
    assert_eq!(last["frames"], 2, "{report}");
    assert_eq!(last["unreadable"], 1, "{report}");
    assert_eq!(last["refused_posts"], 1, "{report}");
    assert!(last["drift"].as_object().unwrap().contains_key("map.weather"), "{report}");

    let told = Device::new(&data_dir).command(&["doctor", "--drift", "-"]).output().unwrap();
    let told: Value = serde_json::from_slice(&told.stdout).unwrap();
    let sources = told["sources"].as_array().unwrap();
    let of_game = sources.iter().find(|source| source["source"] == "cs2").unwrap();
    assert_eq!(of_game["builds"]["14094"]["map.weather"], 1, "{told}");
}

#[test]
fn a_queue_that_cannot_be_used_is_told_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let device = Device::new(&folder.path().join("device"));
    assert_eq!(doctor(&device, folder.path())["queue"], Value::Null, "there is none yet");
    let queue = device.data_dir().join("outbox.sqlite");
    std::fs::write(&queue, [0xA5; 9_000]).unwrap();
    assert_eq!(doctor(&device, folder.path())["queue"]["is"], "damaged");
    let told = device.command(&["doctor"]).env("HOME", folder.path()).output().unwrap();
    let said = String::from_utf8(told.stdout).unwrap();
    assert!(said.contains("start Ringside"), "{said}");
    let looked = device.command(&["outbox", "status"]).output().unwrap();
    let said = String::from_utf8(looked.stderr).unwrap();
    assert_eq!(said.matches("file is not a database").count(), 1, "{said}");
    assert!(!said.contains("Error code"), "{said}");
}

/// Posts as the game does, and waits for the answer.
pub(crate) fn post(port: u16, body: &str) {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    let length = body.len();
    write!(
        stream,
        "POST / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n\
         Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}
