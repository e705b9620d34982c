//! The binary, as an operator starts it.

#[cfg(target_os = "linux")]
use std::os::unix::ffi::OsStrExt;
use std::{
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, ChildStderr, ChildStdout, Command, Output, Stdio},
};

use ingest_store::{Store, StoreOptions};
use serde_json::Value;
use tempfile::TempDir;

use crate::support::ENROLMENT_KEY;

fn command(data_dir: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ringside-ingest"));
    command.args(arguments).arg("--data-dir").arg(data_dir);
    command.env_remove("RINGSIDE_ENROLMENT_KEY").env_remove("RINGSIDE_INGEST_DATA_DIR");
    command
}

pub(crate) fn run(data_dir: &Path, arguments: &[&str]) -> Output {
    command(data_dir, arguments).output().unwrap()
}

/// Runs a command and gives what it wrote at a file's cursor, as `strace` tells it:
/// SQLite writes elsewhere.
#[cfg(target_os = "linux")]
pub(crate) fn written(data_dir: &Path, arguments: &[&str], trace: &Path) -> String {
    let traced = command(data_dir, arguments);
    let mut strace = Command::new("strace");
    strace.args(["-f", "-qq", "-y", "-e", "trace=write", "-e", "signal=none"]);
    strace.arg("-o").arg(trace).arg("--").arg(traced.get_program()).args(traced.get_args());
    strace.env_remove("RINGSIDE_ENROLMENT_KEY").env_remove("RINGSIDE_INGEST_DATA_DIR");
    let output = strace.output().unwrap();
    assert!(output.status.success(), "{output:?}");
    std::fs::read_to_string(trace).unwrap()
}

/// The database, as a command opens it.
pub(crate) fn open(data_dir: &Path) -> Store {
    Store::open(data_dir, StoreOptions::default()).unwrap()
}

fn json(output: &Output) -> Value {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// A running server; killed without warning when dropped.
pub(crate) struct Running {
    child: Child,
    pub(crate) url: String,
    stdout: BufReader<ChildStdout>,
    /// Where somebody reads its log.
    #[cfg_attr(not(unix), expect(dead_code, reason = "its log is read where it is stopped"))]
    stderr: Option<BufReader<ChildStderr>>,
}

impl Running {
    pub(crate) fn start(data_dir: &Path, more: &[&str]) -> Self {
        Self::started(command(data_dir, &Self::arguments(more)))
    }

    /// The same while some of its writes fail, as `strace` is told to let them; its
    /// trace is in `trace`.
    #[cfg(target_os = "linux")]
    pub(crate) fn with_failing_writes(data_dir: &Path, failing: &str, trace: &Path) -> Self {
        let server = command(data_dir, &Self::arguments(&["--enrolment-key", ENROLMENT_KEY]));
        let mut strace = Command::new("strace");
        // -D: the process that is started is the server itself.
        strace.args(["-D", "-f", "-qq", "-e", "trace=pwrite64", "-e", "signal=none", "-e"]);
        strace.arg(format!("inject=pwrite64:{failing}")).arg("-o").arg(trace).arg("--");
        strace.arg(server.get_program()).args(server.get_args());
        strace.env_remove("RINGSIDE_ENROLMENT_KEY").env_remove("RINGSIDE_INGEST_DATA_DIR");
        Self::started(strace)
    }

    fn arguments<'a>(more: &[&'a str]) -> Vec<&'a str> {
        [&["serve", "--listen", "127.0.0.1:0"], more].concat()
    }

    /// The same, and its log can be read.
    #[cfg(unix)]
    pub(crate) fn heard(data_dir: &Path) -> Self {
        let mut server = command(data_dir, &Self::arguments(&["--enrolment-key", ENROLMENT_KEY]));
        server.stderr(Stdio::piped());
        Self::with_stderr(server)
    }

    fn started(mut server: Command) -> Self {
        server.stderr(Stdio::null());
        Self::with_stderr(server)
    }

    fn with_stderr(mut server: Command) -> Self {
        let mut child = server.stdout(Stdio::piped()).spawn().unwrap();
        let stderr = child.stderr.take().map(BufReader::new);
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let line = next_line(&mut stdout);
        let url = line.strip_prefix("listening on ").unwrap().to_owned();
        Self { child, url, stdout, stderr }
    }

    pub(crate) fn with_key(data_dir: &Path) -> Self {
        Self::start(data_dir, &["--enrolment-key", ENROLMENT_KEY])
    }

    /// Its process id.
    #[cfg(target_os = "linux")]
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Reads its log up to a line with these words, which is given; an empty one
    /// where it ended before.
    #[cfg(unix)]
    pub(crate) fn says(&mut self, words: &str) -> String {
        let log = self.stderr.as_mut().unwrap();
        loop {
            let mut line = String::new();
            if log.read_line(&mut line).unwrap() == 0 || line.contains(words) {
                return line;
            }
        }
    }

    /// SIGTERM.
    #[cfg(unix)]
    pub(crate) fn terminate(&self) {
        let kill = Command::new("kill").arg(self.child.id().to_string()).status().unwrap();
        assert!(kill.success());
    }

    /// Its exit code, once it has ended.
    #[cfg(unix)]
    pub(crate) fn ended(&mut self) -> Option<i32> {
        self.child.wait().unwrap().code()
    }

    /// SIGKILL.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Gone already where the test killed it.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn next_line(stdout: &mut BufReader<ChildStdout>) -> String {
    let mut line = String::new();
    stdout.read_line(&mut line).unwrap();
    line.trim_end().to_owned()
}

/// What a server says that does not start.
pub(crate) fn refusal(data_dir: &Path) -> String {
    let mut server = command(data_dir, &Running::arguments(&[]));
    let mut child = server.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let line = next_line(&mut BufReader::new(child.stdout.take().unwrap()));
    if !line.is_empty() {
        child.kill().unwrap();
    }
    let said = child.wait_with_output().unwrap();
    assert_eq!((line.as_str(), said.status.code()), ("", Some(4)));
    String::from_utf8(said.stderr).unwrap()
}

pub(crate) fn back_up(data_dir: &Path, to: &Path) {
    let arguments = ["database", "backup", to.to_str().unwrap()];
    assert!(run(data_dir, &arguments).status.success());
}

#[test]
fn without_a_key_the_first_start_makes_one_and_the_second_does_not() {
    let dir = TempDir::new().unwrap();
    let mut first = Running::start(dir.path(), &[]);
    let line = next_line(&mut first.stdout);
    assert!(line.starts_with("enrolment key, shown this once: rse_"), "{line}");
    drop(first);
    drop(Running::start(dir.path(), &[]));
    assert_eq!(json(&run(dir.path(), &["key", "list", "--json"])).as_array().unwrap().len(), 1);
}

#[test]
fn accounts_are_kept_from_the_shell_while_the_server_runs() {
    let dir = TempDir::new().unwrap();
    let _server = Running::with_key(dir.path());
    let added = json(&run(dir.path(), &["device", "add", "--name", "PC", "--json"]));
    let id = added["device"].as_str().unwrap();
    assert!(added["token"].as_str().unwrap().starts_with("rsd_"));
    assert!(run(dir.path(), &["device", "revoke", id]).status.success());
    let listed = json(&run(dir.path(), &["device", "list", "--json"]));
    assert_eq!(listed[0]["device"], added["device"]);
    assert!(listed[0]["revoked_at"].is_string());

    let reader =
        json(&run(dir.path(), &["reader", "add", "--name", "ops", "--operator", "--json"]));
    assert_eq!(reader["role"], "operator");
    let id = reader["reader"].as_str().unwrap();
    assert!(run(dir.path(), &["reader", "revoke", id]).status.success());

    let arguments = ["key", "add", "--name", "lan", "--uses", "5", "--expires-in-days", "2"];
    let key = json(&run(dir.path(), &[&arguments[..], &["--json"]].concat()));
    assert_eq!((&key["uses_max"], key["expires_at"].is_string()), (&5.into(), true));
}

#[test]
fn a_restored_database_gets_a_new_name() {
    let dir = TempDir::new().unwrap();
    drop(open(dir.path()));
    let renew = || json(&run(dir.path(), &["database", "renew", "--json"]))["store"].clone();
    assert_ne!(renew(), renew());
}

#[test]
fn a_backup_is_made_while_the_server_runs_and_restored_only_when_it_does_not() {
    let (dir, elsewhere) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let file = elsewhere.path().join("copy.sqlite");
    let file = file.to_str().unwrap();
    let mut server = Running::with_key(dir.path());
    assert!(run(dir.path(), &["database", "backup", file]).status.success());
    let again = run(dir.path(), &["database", "backup", file]);
    assert!(!again.status.success(), "a backup is never written over");
    assert!(String::from_utf8_lossy(&again.stderr).contains("is there already"), "{again:?}");

    let refused = run(dir.path(), &["database", "restore", file]);
    assert_eq!(refused.status.code(), Some(4));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("another server is running"));
    server.kill();
    let restored = json(&run(dir.path(), &["database", "restore", file, "--json"]));
    assert!(Path::new(restored["set_aside"].as_str().unwrap()).exists(), "{restored}");
    let _server = Running::with_key(dir.path());
}

#[cfg(target_os = "linux")]
#[test]
fn a_folder_whose_name_is_no_text_is_backed_up_and_restored_too() {
    let dir = TempDir::new().unwrap();
    let name = |bytes| dir.path().join(std::ffi::OsStr::from_bytes(bytes));
    let (data_dir, file) = (name(b"caf\xe9"), name(b"cop\xff"));
    let database = |what: &str| {
        let mut command = command(&data_dir, &["database", what, "--json"]);
        command.arg(&file).output().unwrap()
    };
    drop(open(&data_dir));
    json(&database("backup"));
    for number in 1..=2 {
        let restored = json(&database("restore"));
        let aside = restored["set_aside"].as_str().unwrap();
        assert!(aside.ends_with(&format!("before-restore-{number}")), "{aside}");
    }
}

#[test]
fn what_makes_no_sense_is_a_usage_error() {
    let dir = TempDir::new().unwrap();
    drop(open(dir.path()));
    let nobody = "00000000-0000-0000-0000-000000000001";
    let wrong: [&[&str]; 6] = [
        &["serve", "--gate-retention-s", "1"],
        &["serve", "--tls-cert", "only.pem"],
        &["device", "revoke", nobody],
        &["reader", "revoke", nobody],
        &["serve", "--enrolment-key", "two words"],
        &["dance"],
    ];
    for arguments in wrong {
        assert_eq!(run(dir.path(), arguments).status.code(), Some(2), "{arguments:?}");
    }
}

#[test]
fn what_the_machine_does_not_give_is_an_environment_error() {
    let dir = TempDir::new().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let output = run(dir.path(), &["serve", "--listen", &address]);
    assert_eq!(output.status.code(), Some(4));
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(message.contains(&format!("could not listen on {address}")), "{message}");
    let file = dir.path().join("file");
    std::fs::write(&file, "").unwrap();
    assert_eq!(run(&file, &["device", "add", "--name", "PC"]).status.code(), Some(4));
}

#[test]
fn a_database_has_one_server() {
    let dir = TempDir::new().unwrap();
    let running = Running::with_key(dir.path());
    let second = run(dir.path(), &["serve", "--listen", "127.0.0.1:0"]);
    assert_eq!(second.status.code(), Some(4));
    let message = String::from_utf8(second.stderr).unwrap();
    assert!(message.contains("another server is running on"), "{message}");
    drop(running);
    Running::start(dir.path(), &[]).kill();
}

#[test]
fn who_does_not_get_the_database_leaves_it_as_it_is() {
    let dir = TempDir::new().unwrap();
    let _owner = ingest_server::own(dir.path()).unwrap();
    let refused = run(dir.path(), &["serve", "--listen", "127.0.0.1:0"]);
    assert_eq!(refused.status.code(), Some(4));
    let message = String::from_utf8(refused.stderr).unwrap();
    assert!(message.contains("another server is running on"), "{message}");
    assert!(!dir.path().join("ingest.sqlite").exists(), "nothing was opened");
    let id = open(dir.path()).id();
    let refused = run(dir.path(), &["database", "renew"]);
    assert_eq!(refused.status.code(), Some(4));
    assert_eq!(open(dir.path()).id(), id);
}

/// Each file of a folder, but the lock that a server takes first.
fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let paths = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let kept = paths.filter(|path| path.extension().is_none_or(|extension| extension != "lock"));
    let mut files: Vec<_> = kept.map(|path| (path.clone(), std::fs::read(path).unwrap())).collect();
    files.sort();
    files
}

#[test]
fn a_newer_server_s_database_is_named_and_nothing_of_it_is_touched() {
    let dir = TempDir::new().unwrap();
    assert!(run(dir.path(), &["device", "add", "--name", "PC"]).status.success());
    let file = dir.path().join("ingest.sqlite");
    let newer = rusqlite::Connection::open(&file).unwrap();
    newer.pragma_update(None, "user_version", 999).unwrap();
    newer.close().unwrap();
    let before = files(dir.path());
    assert!(before.iter().any(|(path, _)| *path == file));

    let elsewhere = TempDir::new().unwrap();
    let copy = elsewhere.path().join("copy.sqlite");
    let commands: [&[&str]; 5] = [
        &["serve", "--listen", "127.0.0.1:0"],
        &["device", "add", "--name", "PC"],
        &["device", "list"],
        &["database", "renew"],
        &["database", "backup", copy.to_str().unwrap()],
    ];
    for arguments in commands {
        let refused = run(dir.path(), arguments);
        let said = String::from_utf8_lossy(&refused.stderr);
        assert_eq!(refused.status.code(), Some(4), "{arguments:?}: {said}");
        assert!(said.contains("the database has version 999"), "{arguments:?}: {said}");
        assert!(files(dir.path()) == before, "{arguments:?} touched it");
    }
}

#[cfg(unix)]
#[test]
fn sigterm_ends_it_in_order() {
    let dir = TempDir::new().unwrap();
    let mut server = Running::with_key(dir.path());
    server.terminate();
    assert_eq!(server.ended(), Some(0));
    assert!(!dir.path().join("ingest.sqlite-wal").exists(), "the writer is the last");
}
