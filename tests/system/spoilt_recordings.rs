//! Whatever becomes of a recording's bytes, a replay says in time that the file is
//! bad, or plays what is whole of it: exit code 3 or 0, and nothing else.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use system_tests::{Device, GOLDEN_GAMES, Recordings, goldens, retry, shared_recordings};

/// Spoilt copies of each file, each way; many more where the long form is asked for.
const COPIES: u64 = 2;
const COPIES_LONG: u64 = 60;
/// Of each real recording fewer: there are eighty of them.
const COPIES_LONG_OF_REAL: u64 = 3;

/// A replay of a few seconds' match takes a fraction of this on the slowest machine.
const ENDS_WITHIN: Duration = Duration::from_secs(90);

/// Most of a real recording that is spoilt: what comes after it is like it.
const BYTES_MAX: usize = 400_000;

/// A way to spoil a file.
#[derive(Debug, Clone, Copy)]
enum Way {
    CutOff,
    Flipped,
    Shuffled,
}

/// SplitMix64.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let number = usize::try_from((mixed ^ (mixed >> 31)) >> 16).unwrap();
        number % bound.max(1)
    }
}

impl Way {
    fn spoil(self, bytes: &[u8], dice: &mut Dice) -> Vec<u8> {
        match self {
            Self::CutOff => bytes[..dice.below(bytes.len())].to_vec(),
            Self::Flipped => {
                let mut bytes = bytes.to_vec();
                for _ in 0..1 + dice.below(8) {
                    let place = dice.below(bytes.len());
                    bytes[place] ^= 1 << dice.below(8);
                }
                bytes
            }
            Self::Shuffled => {
                let mut lines: Vec<_> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
                for last in (1..lines.len()).rev() {
                    lines.swap(last, dice.below(last + 1));
                }
                lines.concat()
            }
        }
    }
}

/// Replays a file; its exit code, or nothing where it did not end.
fn exit_code(device: &Device, file: &Path) -> Option<i32> {
    let mut replay = device.replay_command(file, None);
    let mut child = replay.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let ended = retry(ENDS_WITHIN, Duration::from_millis(20), || child.try_wait().unwrap());
    if ended.is_none() {
        child.kill().unwrap();
        child.wait().unwrap();
    }
    ended.and_then(|status| status.code())
}

fn is_long() -> bool {
    std::env::var_os("RINGSIDE_LONG").is_some()
}

fn spoil_and_replay(files: &[PathBuf], seed: u64, copies_long: u64) {
    let copies = if is_long() { copies_long } else { COPIES };
    let folder = tempfile::tempdir().unwrap();
    let device = Device::new(&folder.path().join("device"));
    let (mut dice, mut refused, mut played) = (Dice(seed), 0, 0);
    for file in files {
        let mut bytes = fs::read(file).unwrap();
        bytes.truncate(BYTES_MAX);
        for way in [Way::CutOff, Way::Flipped, Way::Shuffled] {
            for copy in 0..copies {
                let spoilt = folder.path().join(file.file_name().unwrap());
                fs::write(&spoilt, way.spoil(&bytes, &mut dice)).unwrap();
                let code = exit_code(&device, &spoilt);
                let place = format!("{}, {way:?}, copy {copy}, seed {seed}", file.display());
                match code {
                    Some(0) => played += 1,
                    Some(3) => refused += 1,
                    Some(_) | None => panic!("{place}: ended with {code:?}"),
                }
            }
        }
        // A refused file makes no folder.
        if device.data_dir().exists() {
            device.delete_outbox().unwrap();
        }
    }
    assert!(files.is_empty() || (refused > 0 && played > 0), "{refused} refused, {played} played");
}

/// Plain, so that a flipped bit is one of the content and not of the compression, and
/// named as what a crash leaves: what is whole of it is played.
fn plain(folder: &Path, golden: &Path) -> PathBuf {
    let out = folder.join(golden.file_stem().unwrap());
    let device = Device::new(&folder.join("importing"));
    let mut import = device.command(&["recording", "import", "--out"]);
    assert!(import.arg(&out).arg(golden).output().unwrap().status.success());
    let part = out.with_extension("rsrec.part");
    fs::rename(&out, &part).unwrap();
    part
}

#[test]
fn a_spoilt_recording_is_refused_or_played() {
    let folder = tempfile::tempdir().unwrap();
    let goldens: Vec<_> = goldens().unwrap().into_iter().map(|golden| golden.recording).collect();
    let plain: Vec<_> = goldens.iter().map(|golden| plain(folder.path(), golden)).collect();
    spoil_and_replay(&[goldens, plain].concat(), 1, COPIES_LONG);
}

#[test]
fn a_spoilt_file_of_another_tool_is_refused_or_played() {
    let folder = tempfile::tempdir().unwrap();
    let recordings = Recordings::in_folder(folder.path());
    let longest = |game: &str| {
        let files = recordings.files(game, 5, 10).unwrap();
        files.into_iter().max_by_key(|file| fs::metadata(file).unwrap().len()).unwrap()
    };
    // One folder each, of one file: their names are alike.
    spoil_and_replay(&GOLDEN_GAMES.map(longest), 3, COPIES_LONG);
}

#[test]
fn a_spoilt_real_recording_is_refused_or_played() {
    let Some(folder) = shared_recordings() else { return };
    let mut files = Vec::new();
    for game in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if game.is_dir() {
            let mut of_game: Vec<_> =
                fs::read_dir(game).unwrap().map(|entry| entry.unwrap().path()).collect();
            of_game.sort();
            files.extend(of_game.into_iter().take(if is_long() { usize::MAX } else { 2 }));
        }
    }
    spoil_and_replay(&files, 4, COPIES_LONG_OF_REAL);
}
