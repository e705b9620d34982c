//! An installation at a crash: who it is, and what it told a server of itself.

use std::{fs, path::Path};

use event_model::DeviceId;
use outbox::{Error, Outbox};
use serde_json::Value;
use system_tests::{Device, Recordings, Server, scratch};

use crate::verdict::Crashed;
use crate::{
    crash_points::{Crash, visit},
    disk::{Disk, Image},
    plan::at,
    random::Random,
    strace,
    trace::{Act, Watched},
};

const SEED: u64 = 5;
const SECONDS: u64 = 90;

/// A file gets its name by one of these.
const RENAMES: &str = "?rename,renameat,renameat2,?link,linkat";
/// Power failures looked at after the token left, and in the end.
const LOSSES: u64 = 4;

/// How the tokens begin that a companion wishes for.
const TOKEN: &[u8] = b"rsd_";

/// The token in what left the machine.
fn token_in(act: &Act) -> Option<String> {
    let Act::Send { bytes, .. } = act else { return None };
    let at = bytes.windows(TOKEN.len()).position(|part| part == TOKEN)?;
    let is_of_token = |byte: &&u8| byte.is_ascii_alphanumeric() || **byte == b'_';
    let token = bytes[at..].iter().take_while(is_of_token).copied().collect();
    Some(String::from_utf8(token).unwrap())
}

/// One who told a server its token has it on disk, and the outbox is always
/// this device's.
fn look(crash: &Crash<'_>) -> Result<(), String> {
    let folder = crash.folder.join("ringside");
    let told = crash.done.iter().rev().find_map(token_in);
    let device = match fs::read_to_string(folder.join("identity.json")) {
        Ok(text) => Some(identity(&text, told.as_deref())?),
        Err(why) if told.is_some() => return Err(format!("a server knows it, and it: {why}")),
        Err(_) => None,
    };
    if let Ok(text) = fs::read_to_string(folder.join("settings.toml")) {
        let is_whole = text.contains("[upload]") && text.ends_with('\n');
        is_whole.then_some(()).ok_or(format!("half of the settings: {text:?}"))?;
    }
    let Some(device) = device else { return Ok(()) };
    match Outbox::open(&folder.join("outbox.sqlite"), device, at(0)) {
        Ok(outbox) => match (outbox.salvaged(), crash.crashed) {
            (None, _) => Ok(()),
            // See there.
            (Some(salvaged), Crashed::Machine) if salvaged.unreadable == 0 => Ok(()),
            (Some(salvaged), _) => Err(format!("a crash was taken for damage: {salvaged:?}")),
        },
        // Another test starts a child at this moment.
        Err(Error::Locked(_)) => Ok(()),
        Err(why) => Err(format!("{why:?}")),
    }
}

fn identity(text: &str, told: Option<&str>) -> Result<DeviceId, String> {
    let identity: Value = serde_json::from_str(text).map_err(|why| format!("{why}: {text:?}"))?;
    if let Some(told) = told
        && !text.contains(told)
    {
        return Err("a server knows a token that is not on disk".to_owned());
    }
    let device = identity["device"].as_str().ok_or("an identity without a device")?;
    device.parse().map_err(|_| format!("no device: {device}"))
}

#[test]
fn no_server_knows_an_installation_better_than_its_own_disk() {
    if !strace::is_available() {
        return;
    }
    let run = scratch();
    let (file, _) = Recordings::in_folder(run.path()).make("cs2", SEED, SECONDS).unwrap();
    let server = Server::start(&run.path().join("server")).unwrap();
    let root = run.path().join("disk");
    fs::create_dir(&root).unwrap();
    let device = Device::new(&root.join("ringside"));
    let trace = run.path().join("trace");
    let replay = device.replay_command(&file, Some(server.url()));
    let output = strace::traced(&replay, &trace).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));

    let watched = Watched { folder: &root, acknowledgements: Path::new("/nothing") };
    let acts = watched.acts(&fs::read_to_string(&trace).unwrap());
    assert!(acts.iter().any(|act| token_in(act).is_some()), "it enrolled");
    let mut end = Disk::default();
    acts.iter().for_each(|act| end.act(act));
    assert!(end.after_kill() == Image::of_folder(&root), "the rebuilt files are the real ones");
    let tells = |act: &Act| token_in(act).is_some();
    visit(Disk::default(), &acts, SEED, tells, look).tell("companion", 100);
}

/// Replays with a change of a name that fails, in each thread; whether any came.
fn replay_with(file: &Path, url: &str, error: &str, nth: u64) -> bool {
    let run = scratch();
    let root = run.path().join("disk");
    fs::create_dir(&root).unwrap();
    let (device, trace) = (Device::new(&root.join("ringside")), run.path().join("trace"));
    let replay = device.replay_command(file, Some(url));
    let injection = format!("inject={RENAMES}:error={error}:when={nth}");
    let output = strace::injected(&replay, &trace, &injection).output().unwrap();
    let trace = fs::read_to_string(&trace).unwrap();
    let watched = Watched { folder: &root, acknowledgements: Path::new("/nothing") };
    let acts = watched.acts(&trace);

    let (mut disk, mut random, folder) =
        (Disk::default(), Random::new(nth), run.path().join("crash"));
    for (done, act) in (1..).zip(&acts) {
        disk.act(act);
        let losses = if token_in(act).is_some() || done == acts.len() { LOSSES } else { 0 };
        for _ in 0..losses {
            disk.after_power_loss(&mut random).write(&folder);
            let (done, crashed) = (&acts[..done], Crashed::Machine);
            if let Err(why) = look(&Crash { folder: &folder, done, nth_image: 1, crashed }) {
                panic!("{error} at change {nth} of a name: {why}");
            }
        }
    }
    if !output.status.success() {
        let again = device.replay(file, Some(url)).unwrap();
        assert_eq!(again.code, Some(0), "{error} at change {nth} of a name: {}", again.stderr);
    }
    trace.contains("(INJECTED)")
}

#[test]
fn a_name_that_cannot_be_changed_once_loses_no_identity() {
    if !strace::is_available() {
        return;
    }
    let run = scratch();
    let (file, _) = Recordings::in_folder(run.path()).make("cs2", SEED, SECONDS).unwrap();
    let server = Server::start(&run.path().join("server")).unwrap();
    for error in ["EIO", "ENOSPC"] {
        let came = (1..).take_while(|nth| replay_with(&file, server.url(), error, *nth)).count();
        assert!(came > 0, "{error}: no name is changed");
    }
}
