//! `ringside setup` shows what it would write, writes it when told to, and undoes it.

use std::path::Path;

use system_tests::Device;

#[test]
fn a_setup_is_shown_then_written_then_undone() {
    let folder = tempfile::tempdir().unwrap();
    let game = folder.path().join("Counter-Strike");
    let cfg = game.join("game/csgo/cfg");
    std::fs::create_dir_all(&cfg).unwrap();
    let device = Device::new(&folder.path().join("device"));
    let path = game.to_str().unwrap();

    let (code, shown) = setup(&device, &["--path", path]);
    assert_eq!(code, Some(2), "nobody can be asked: {shown}");
    assert!(shown.contains("+\t\"uri\" \"http://127.0.0.1:28730/\""), "{shown}");
    assert_eq!(files(&cfg), [""; 0], "nothing is written without a word");

    let (code, shown) = setup(&device, &["--path", path, "--yes"]);
    assert_eq!(code, Some(0), "{shown}");
    assert_eq!(files(&cfg), ["gamestate_integration_ringside.cfg"]);

    let (code, shown) = setup(&device, &["--undo"]);
    assert_eq!(code, Some(0), "{shown}");
    assert_eq!(files(&cfg), [""; 0], "what was made is gone");
}

#[test]
fn a_folder_that_is_no_game_is_a_usage_error_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let device = Device::new(&folder.path().join("device"));
    let (code, said) = setup(&device, &["--path", folder.path().to_str().unwrap(), "--yes"]);
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("game/csgo/cfg"), "{said}");
}

/// The exit code, and everything that was said.
fn setup(device: &Device, arguments: &[&str]) -> (Option<i32>, String) {
    let mut command = device.command(&[&["setup"], arguments].concat());
    let output = command.stdin(std::process::Stdio::null()).output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(said).unwrap())
}

fn files(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}
