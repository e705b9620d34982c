//! What an operator mistypes: nothing is made of it, and it is said what to do.

use std::path::Path;

use ingest_store::Store;
use tempfile::TempDir;

use crate::binary::{self, Running, run};

/// What a command that is refused says, with its exit code.
fn refused(data_dir: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let output = run(data_dir, arguments);
    assert!(!output.status.success() && output.stdout.is_empty(), "{arguments:?}: {output:?}");
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

/// A folder with a database in it.
fn with_database() -> TempDir {
    let dir = TempDir::new().unwrap();
    assert!(run(dir.path(), &["key", "add", "--name", "spring"]).status.success());
    dir
}

#[test]
fn a_command_that_makes_nothing_is_refused_where_there_is_no_database() {
    let dir = TempDir::new().unwrap();
    let mistyped = dir.path().join("mistyped");
    let nobody = "00000000-0000-0000-0000-000000000001";
    let commands: [&[&str]; 7] = [
        &["device", "list"],
        &["device", "revoke", nobody],
        &["reader", "list"],
        &["reader", "revoke", nobody],
        &["key", "list"],
        &["database", "backup", "copy.sqlite"],
        &["database", "renew"],
    ];
    for arguments in commands {
        let (code, said) = refused(&mistyped, arguments);
        assert_eq!(code, Some(2), "{arguments:?}: {said}");
        for part in
            ["there is no database in", "mistyped", "--data-dir", "RINGSIDE_INGEST_DATA_DIR"]
        {
            assert!(said.contains(part), "{arguments:?}: {said}");
        }
        assert!(!mistyped.exists(), "{arguments:?}");
    }
}

#[test]
fn whoever_adds_hears_that_a_new_database_was_made() {
    let commands: [&[&str]; 3] = [
        &["key", "add", "--name", "spring"],
        &["device", "add", "--name", "PC"],
        &["reader", "add", "--name", "dashboard"],
    ];
    for arguments in commands {
        let dir = TempDir::new().unwrap();
        let data_dir = dir.path().join("mistyped");
        let new = run(&data_dir, arguments);
        let said = String::from_utf8_lossy(&new.stderr).into_owned();
        assert!(new.status.success(), "{said}");
        assert!(said.contains("There was no database in") && said.contains("mistyped"), "{said}");
        let again = run(&data_dir, &[&arguments[..3], &["another"]].concat());
        assert!(again.status.success() && again.stderr.is_empty(), "{again:?}");
    }
}

#[test]
fn a_new_name_is_told_with_its_file() {
    let dir = with_database();
    let renewed = run(dir.path(), &["database", "renew"]);
    let said = String::from_utf8(renewed.stdout).unwrap();
    let file = dir.path().join(Store::FILE_NAME);
    let store = binary::open(dir.path()).id();
    assert_eq!(said, format!("{} is store {store} from now on\n", file.display()));
}

#[test]
fn a_backup_that_is_none_is_bad_input_and_leaves_everything_as_it_was() {
    let dir = with_database();
    let (data_dir, nowhere) = (dir.path(), dir.path().join("nowhere"));
    let path = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    std::fs::write(path("prose"), "dear diary").unwrap();
    binary::back_up(data_dir, path("whole").as_ref());
    let whole = std::fs::read(path("whole")).unwrap();
    std::fs::write(path("torn"), &whole[..whole.len() / 2]).unwrap();
    let newer = [&whole[..60], &[0x33; 4], &whole[64..]].concat();
    std::fs::write(path("newer"), newer).unwrap();
    let id = binary::open(data_dir).id();
    for bad in ["absent", "prose", "torn", "newer"] {
        let (code, said) = refused(data_dir, &["database", "restore", &path(bad)]);
        assert_eq!(code, Some(3), "{bad}: {said}");
        for part in [bad, "nothing was restored", "`ringside-ingest database backup`"] {
            assert!(said.contains(part), "{said}");
        }
        assert_eq!(binary::open(data_dir).id(), id, "{bad}");
        if bad != "torn" {
            refused(&nowhere, &["database", "restore", &path(bad)]);
            assert!(!nowhere.exists(), "{bad}");
        }
    }
}

#[test]
fn whoever_needs_the_database_alone_hears_to_stop_the_server() {
    let dir = TempDir::new().unwrap();
    let copy = dir.path().join("copy").to_str().unwrap().to_owned();
    let _server = Running::with_key(dir.path());
    binary::back_up(dir.path(), copy.as_ref());
    for arguments in [&["database", "renew"][..], &["database", "restore", &copy]] {
        let (code, said) = refused(dir.path(), arguments);
        assert_eq!(code, Some(4), "{said}");
        assert!(said.contains("another server is running on"), "{said}");
        assert!(said.contains("stop it first; nothing was changed"), "{said}");
    }
}

#[test]
fn a_version_that_is_not_known_is_told_with_what_it_means_and_what_to_do() {
    let dir = with_database();
    let file = dir.path().join(Store::FILE_NAME);
    let mut bytes = std::fs::read(&file).unwrap();
    // As damage to the header would have it.
    bytes[60..64].fill(0x33);
    std::fs::write(&file, &bytes).unwrap();
    let said = binary::refusal(dir.path());
    for part in
        ["858993459", "a newer server wrote it", "damaged", "nothing was touched", "restore"]
    {
        assert!(said.contains(part), "{said}");
    }
    assert_eq!(std::fs::read(&file).unwrap(), bytes);
}

#[test]
fn what_sqlite_says_is_said_once() {
    let dir = TempDir::new().unwrap();
    std::fs::write(dir.path().join(Store::FILE_NAME), "dear diary, ".repeat(1_000)).unwrap();
    let said = binary::refusal(dir.path());
    assert_eq!(said.matches("file is not a database").count(), 1, "{said}");
}
