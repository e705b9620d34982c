//! Invitations that an operator makes.

use std::fs;

use ingest_api::Invitation;
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use crate::binary::run;

/// What `key add` prints with these arguments.
fn printed(dir: &TempDir, arguments: &[&str]) -> String {
    let arguments = [&["key", "add", "--name", "spring"], arguments].concat();
    let output = run(dir.path(), &arguments);
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn an_invitation_is_one_line_that_a_companion_reads() {
    let dir = TempDir::new().unwrap();
    let certificate = rcgen::generate_simple_self_signed(["a.example".to_owned()]).unwrap().cert;
    let path = dir.path().join("ca.pem");
    fs::write(&path, certificate.pem()).unwrap();
    let arguments = ["--invite", "https://a.example:8740", "--operator", "Café League", "--ca"];
    let printed = printed(&dir, &[&arguments[..], &[path.to_str().unwrap()]].concat());
    assert_eq!(printed.lines().count(), 1, "{printed}");

    let invitation = Invitation::read(&printed).unwrap();
    assert_eq!(invitation.server(), "https://a.example:8740");
    assert_eq!(invitation.operator(), Some("Café League"));
    assert_eq!(invitation.ca_sha256(), Some(Sha256::digest(certificate.der()).into()));
    let listed = run(dir.path(), &["key", "list", "--json"]);
    let listed = String::from_utf8(listed.stdout).unwrap();
    assert!(listed.contains("spring") && !listed.contains(invitation.key()), "{listed}");
}

#[test]
fn json_has_the_key_and_the_invitation() {
    let dir = TempDir::new().unwrap();
    let printed = printed(&dir, &["--json", "--invite", "https://a.example"]);
    let printed: serde_json::Value = serde_json::from_str(&printed).unwrap();
    let invitation = Invitation::read(printed["invitation"].as_str().unwrap()).unwrap();
    assert_eq!(invitation.key(), printed["key"]);
}

#[test]
fn an_address_that_nobody_can_be_invited_to_makes_no_key() {
    let dir = TempDir::new().unwrap();
    assert!(run(dir.path(), &["key", "add", "--name", "first"]).status.success());
    for (arguments, part) in [
        (vec!["--invite", "http://a.example"], "https://ringside.example"),
        (vec!["--invite", "a.example"], "https://ringside.example"),
        (vec!["--invite", "https://a.example/base"], "without a path"),
        (vec!["--invite", "https://a.example", "--operator", "a\nb"], "cannot be seen"),
        (vec!["--invite", "https://a.example", "--ca", "absent.pem"], "one certificate"),
        (vec!["--operator", "Ana"], "--invite"),
    ] {
        let arguments = [vec!["key", "add", "--name", "spring"], arguments].concat();
        let output = run(dir.path(), &arguments);
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && said.contains(part), "{arguments:?}: {said}");
    }
    let listed = String::from_utf8(run(dir.path(), &["key", "list"]).stdout).unwrap();
    assert!(!listed.contains("spring"), "{listed}");
}
