//! Files that a person may have changed, or another program written.

use std::fs;

use companion::{DataDir, Identity, Settings};

use crate::Looked;

/// Law: one verdict, the same each time; entries come in the order of time, and
/// the hash of a file that was read does not change.
pub(crate) fn recording(input: &[u8]) -> Looked {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("input");
    fs::write(&path, input).unwrap();
    drop((recording::verify(&path), recording::info(&path)));
    let Ok(recording) = recording::import(&path, None) else { return Looked::Refused };
    let entries: Result<Vec<_>, _> = recording.entries().unwrap().collect();
    let hash = recording.hash().map(|hash| hash.to_string());
    assert_eq!(entries.is_ok(), hash.is_ok(), "what can be read can be hashed, and only that");
    let Ok(entries) = entries else { return Looked::Refused };
    assert!(entries.windows(2).all(|pair| pair[0].t_ms <= pair[1].t_ms), "in order");
    assert_eq!(recording.hash().unwrap().to_string(), hash.unwrap());
    Looked::Taken
}

/// Law: a file that is refused stays as it is, byte for byte.
pub(crate) fn settings(input: &[u8]) -> Looked {
    let folder = tempfile::tempdir().unwrap();
    let dir = DataDir::open(Some(folder.path().to_owned())).unwrap();
    fs::write(dir.settings(), input).unwrap();
    let loaded = Settings::load_or_create(&dir);
    assert_eq!(fs::read(dir.settings()).unwrap(), input, "never overwritten");
    if loaded.is_ok() { Looked::Taken } else { Looked::Refused }
}

/// Law: the same, and an identity that was taken is the same the next time.
pub(crate) fn identity(input: &[u8]) -> Looked {
    let folder = tempfile::tempdir().unwrap();
    let dir = DataDir::open(Some(folder.path().to_owned())).unwrap();
    fs::write(dir.identity(), input).unwrap();
    let Ok(first) = Identity::load_or_create(&dir) else {
        assert_eq!(fs::read(dir.identity()).unwrap(), input, "a refused file stays");
        return Looked::Refused;
    };
    let second = Identity::load_or_create(&dir).unwrap();
    assert_eq!(first.device(), second.device());
    Looked::Taken
}
