//! The sources and games that an operator turned off, in a file beside the database: a command
//! writes it, and a running server reads it at each question.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use ingest_api::{SourcePolicy, Switch, TurnedOff, shown_reason};

/// A source each, and its reason: 9 KiB at most.
const FILE_BYTES_MAX: u64 = 64 * 1024;

fn path(data_dir: &Path) -> PathBuf {
    data_dir.join("turned-off.json")
}

/// What is turned off in the server of `data_dir`.
///
/// # Errors
/// Where the file cannot be read, or is none of ours.
pub fn read(data_dir: &Path) -> io::Result<SourcePolicy> {
    let path = path(data_dir);
    match fs::metadata(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Ok(SourcePolicy::default());
        }
        Err(error) => return Err(error),
        Ok(file) if file.len() > FILE_BYTES_MAX => {
            return Err(io::Error::other("turned-off.json is longer than any of its kind"));
        }
        Ok(_) => {}
    }
    Ok(serde_json::from_slice(&fs::read(path)?)?)
}

/// Turns `switch` off for the devices of this server, with a reason for players; without
/// one it may be read again. What is turned off now.
///
/// # Errors
/// Where the file cannot be read or written: then it stays as it was.
pub fn set(data_dir: &Path, switch: Switch, reason: Option<&str>) -> io::Result<SourcePolicy> {
    let mut policy = read(data_dir)?;
    policy.turned_off.retain(|one| one.source != switch.as_str());
    if let Some(reason) = reason {
        let (source, reason) = (switch.to_string(), shown_reason(reason));
        policy.turned_off.push(TurnedOff { source, reason });
    }
    // Whole or not at all, for a server that reads it meanwhile.
    let unfinished = path(data_dir).with_extension("json.new");
    let mut file = fs::File::create(&unfinished)?;
    file.write_all(&serde_json::to_vec_pretty(&policy)?)?;
    file.sync_all()?;
    drop(file);
    fs::rename(unfinished, path(data_dir))?;
    Ok(policy)
}

#[cfg(test)]
mod tests {
    use event_model::Source;

    use super::*;

    const CS2: Switch = Switch::Source(Source::Cs2);

    #[test]
    fn what_is_turned_off_is_read_until_it_is_on_again() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(read(folder.path()).unwrap(), SourcePolicy::default());
        set(folder.path(), CS2, Some("first")).unwrap();
        set(folder.path(), CS2, Some("a new patch\n")).unwrap();
        set(folder.path(), Switch::Valorant, Some("x")).unwrap();
        let read_back = read(folder.path()).unwrap().read();
        assert_eq!(read_back[&CS2], "a new patch");
        assert_eq!(read_back.len(), 2);
        set(folder.path(), CS2, None).unwrap();
        assert_eq!(read(folder.path()).unwrap().read().len(), 1);
    }

    #[test]
    fn a_file_that_cannot_be_read_is_not_written_over() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(path(folder.path()), "not ours").unwrap();
        read(folder.path()).unwrap_err();
        set(folder.path(), CS2, None).unwrap_err();
        assert_eq!(fs::read(path(folder.path())).unwrap(), b"not ours");
    }
}
