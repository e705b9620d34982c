//! What happens to an outbox's file from outside: no room, and damage.

use std::{
    env,
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
    process::Command,
};

use event_model::EventId;
use rusqlite::Connection;
use simulator::Prng;

/// SQLite's page size, which the outbox does not change.
const PAGE: usize = 4096;

/// Room of a small disk: for an outbox, and for what is set aside of it.
const SIZE: &str = "size=32m";
/// What is written until there is no room for it: the last page too.
const PARTS: [usize; 3] = [64 * 1024, PAGE, 1];

/// A disk of its own, which can be filled to the last page.
pub(crate) struct SmallDisk(PathBuf);

impl SmallDisk {
    /// Mounts one at `folder`; none where this process may not have one.
    #[expect(clippy::print_stdout, reason = "a fault that never comes is worth knowing of")]
    pub(crate) fn mount(folder: &Path) -> Option<Self> {
        fs::create_dir_all(folder).unwrap();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", SIZE, "tmpfs"]).arg(folder);
        let why = match mount.output() {
            Ok(mounted) if mounted.status.success() => return Some(Self(folder.to_owned())),
            Ok(mounted) => String::from_utf8_lossy(&mounted.stderr).trim().to_owned(),
            Err(error) => error.to_string(),
        };
        let watched = env::var_os("CI").is_none();
        assert!(watched || !cfg!(target_os = "linux"), "no disk can be full here: {why}");
        println!("no disk is ever full: no small one can be mounted here: {why}");
        None
    }

    /// Takes all the room that is left.
    pub(crate) fn fill(&self) {
        let mut ballast = File::options().create(true).append(true).open(self.ballast()).unwrap();
        for part in PARTS {
            while ballast.write_all(&vec![1; part]).is_ok() {}
        }
    }

    /// Ends that.
    pub(crate) fn make_room(&self) {
        // Where it was not full, that is as good.
        drop(fs::remove_file(self.ballast()));
    }

    fn ballast(&self) -> PathBuf {
        self.0.join("ballast")
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _status = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

/// Changes a byte in the body of an event, so that only its checksum tells.
pub(crate) fn damage_row(path: &Path, event: EventId, chance: &mut Prng) {
    settle_wal(path);
    let mut bytes = fs::read(path).unwrap();
    let id = format!(r#""id":"{event}""#);
    if let Some(at) = find(&bytes, id.as_bytes()) {
        // Behind the id there are at least the device and the type.
        let hit = at + id.len() + chance.index(60);
        if let Some(byte) = bytes.get_mut(hit) {
            *byte ^= 1 << chance.below(8);
        }
    }
    fs::write(path, bytes).unwrap();
}

/// A page that was overwritten, and the file as it was.
pub(crate) struct Overwritten {
    before: Vec<u8>,
    page: usize,
}

impl Overwritten {
    /// Whether the file had `part`, and no copy of it in that page. What is in
    /// one piece lies within a page: SQLite begins each with something else.
    pub(crate) fn spared(&self, part: &[u8]) -> bool {
        let mut copies = places(&self.before, part).peekable();
        copies.peek().is_some() && copies.all(|at| at / PAGE != self.page)
    }
}

/// Whether there is anything to damage: a first start that a full disk cut off
/// leaves an empty file.
pub(crate) fn has_pages(path: &Path) -> bool {
    fs::metadata(path).unwrap().len() >= PAGE as u64
}

/// Overwrites a page.
pub(crate) fn damage_page(path: &Path, chance: &mut Prng) -> Overwritten {
    let before = fs::read(path).unwrap();
    let mut bytes = before.clone();
    let page = chance.index(bytes.len() / PAGE);
    for byte in &mut bytes[page * PAGE..(page + 1) * PAGE] {
        *byte = u8::try_from(chance.below(256)).unwrap();
    }
    fs::write(path, bytes).unwrap();
    Overwritten { before, page }
}

/// Brings everything into the main file.
pub(crate) fn settle_wal(path: &Path) {
    let db = Connection::open(path).unwrap();
    // A file that is damaged already stays as it is.
    drop(db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())));
}

fn find(bytes: &[u8], part: &[u8]) -> Option<usize> {
    places(bytes, part).next()
}

fn places<'b>(bytes: &'b [u8], part: &'b [u8]) -> impl Iterator<Item = usize> + 'b {
    bytes
        .windows(part.len())
        .enumerate()
        .filter(move |(_, window)| *window == part)
        .map(|(at, _)| at)
}
