//! The files of one folder, read as they grow: one look after the other.

use std::{collections::BTreeSet, fs, io, time::UNIX_EPOCH};

use event_model::WallTime;
use game_session::FollowedTo;
use same_file::Handle;

use super::{
    config::{FollowConfig, LogFile},
    cutting::Line,
    deciding::{Fate, Identity, Name, Newest, Next, Past, StartOver, fate, is_played, next},
    health::{FollowCounts, Found},
    open_file::{OpenFile, Piece},
};

/// Files that are begun at most of those that came while nobody looked: a month of
/// a game that is started twice a day. Older ones are left out and counted.
pub const CATCH_UP_FILES_MAX: usize = 64;

/// Files that stay open: the newest, and those before it, which may still be
/// written by a second client of the game or be told late by a network drive.
const OPEN_FILES_MAX: usize = 8;

/// Files that one look begins at most: each stays open until two further looks have
/// seen what it is called by then.
const BEGUN_FILES_MAX: usize = 64;

/// Looks after which a file that grew no more may be let go. A folder is not listed
/// at one instant: a file that is renamed meanwhile may be in the list under neither
/// name, and is in the next one.
const QUIET_LOOKS_MIN: u64 = 2;

/// Bytes that one look reads at most, so that they are passed on before more are.
const LOOK_BYTES_MAX: usize = 1024 * 1024;

/// Follows; each [`Self::poll`] is one look at the disk.
pub(super) struct Follower {
    config: FollowConfig,
    /// In the order they were begun in.
    open: Vec<OpenFile>,
    /// Names of files that were begun, or left out at the beginning.
    done: BTreeSet<String>,
    /// The place to go on at, until its file is begun.
    from: Option<FollowedTo>,
    has_begun: bool,
    /// When it was started, and what the newest file was then, as long as that is of
    /// a session that was over before.
    started: WallTime,
    former: Option<Newest>,
    counts: FollowCounts,
    /// How often it has looked.
    looks: u64,
}

/// What one look came to.
#[derive(Debug)]
pub(super) struct Polled {
    pub(super) lines: Vec<Line>,
    /// What a person should know, a sentence each.
    pub(super) news: Vec<String>,
    pub(super) standing: Found,
    pub(super) counts: FollowCounts,
    /// There is more to be read at once.
    pub(super) goes_on: bool,
}

/// What was read in one look.
#[derive(Default)]
struct Look {
    lines: Vec<Line>,
    news: Vec<String>,
    bytes: usize,
    goes_on: bool,
}

impl Follower {
    pub(super) fn new(config: FollowConfig, started: WallTime) -> Self {
        let from = config.from.clone();
        let (open, done, counts) = (Vec::new(), BTreeSet::new(), FollowCounts::default());
        let (has_begun, former) = (false, None);
        Self { config, open, done, from, has_begun, started, former, counts, looks: 0 }
    }

    /// One look: what the open files have to give, and then the next file.
    pub(super) fn poll(&mut self) -> Polled {
        let mut look = Look::default();
        self.looks += 1;
        // Listed before anything is read: a file that is there now was begun after
        // the last line of the one before it.
        let listed = (self.config.layout.list)(&self.config.folder);
        let standing = self.look(listed, &mut look);
        self.counts.lines += look.lines.len() as u64;
        let Look { lines, news, goes_on, .. } = look;
        Polled { lines, news, standing, counts: self.counts, goes_on }
    }

    fn look(&mut self, listed: io::Result<Vec<LogFile>>, look: &mut Look) -> Found {
        let (files, trouble) = match listed {
            Ok(files) => (self.in_order(files), None),
            Err(error) => (Vec::new(), Some(Found::no_folder(&self.config.folder, &error))),
        };
        if let (false, Some(newest)) = (self.has_begun, files.last()) {
            if self.from.is_none() && !self.is_played(newest) {
                return Found::Former(newest.name.clone());
            }
            self.begin(&files, look);
        }
        let coming = self.coming(&files);
        self.let_go();
        let unreadable = self.read_open(look);
        let unreadable = unreadable.or(self.begin_all(coming, look));
        unreadable.or(trouble).unwrap_or_else(|| match self.open.last() {
            Some(newest) => Found::File(newest.name.clone()),
            None => Found::NoFile(self.config.folder.clone()),
        })
    }

    fn in_order(&self, files: Vec<LogFile>) -> Vec<LogFile> {
        let order = self.config.layout.order;
        let mut keyed: Vec<_> = files.into_iter().map(|file| (order(&file.name), file)).collect();
        keyed.sort_by(|(one, a), (other, b)| one.cmp(other).then_with(|| a.name.cmp(&b.name)));
        keyed.into_iter().map(|(_, file)| file).collect()
    }

    /// Whether the newest file is of a session that goes on.
    fn is_played(&mut self, newest: &LogFile) -> bool {
        // It has gone since it was listed, or will say so when it is opened.
        let Ok(metadata) = fs::metadata(&newest.path) else { return false };
        let written = metadata.modified().ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok());
        let newest = Newest {
            name: newest.name.clone(),
            size: metadata.len(),
            written_ms: written.and_then(|since| i64::try_from(since.as_millis()).ok()),
        };
        let played = is_played(&newest, self.former.as_ref(), self.started);
        self.former.get_or_insert(newest);
        played
    }

    /// Where it begins: what came before is done.
    fn begin(&mut self, files: &[LogFile], look: &mut Look) {
        self.has_begun = true;
        let order = self.config.layout.order;
        let first = match &self.from {
            Some(place) => {
                let at = order(&place.file);
                files.iter().position(|file| order(&file.name) >= at).unwrap_or(files.len())
            }
            None => (self.config.layout.begin)(files).min(files.len() - 1),
        };
        let bound = files.len().saturating_sub(CATCH_UP_FILES_MAX);
        if bound > first {
            let left_out = bound - first;
            self.counts.left_out += left_out as u64;
            look.news.push(format!("{left_out} files that were written meanwhile are left out"));
        }
        let done = files.iter().take(first.max(bound));
        self.done = done.map(|file| file.name.clone()).collect();
    }

    /// The files that are to be begun, in their order.
    fn coming(&mut self, files: &[LogFile]) -> Vec<LogFile> {
        let mut coming = Vec::new();
        for file in files {
            match fate(self.known(&file.name), || self.identity(file)) {
                Fate::Begin => coming.push(file.clone()),
                Fate::Renamed => drop(self.done.insert(file.name.clone())),
                Fate::Leave => {}
            }
        }
        coming
    }

    fn known(&self, name: &str) -> Name {
        if self.open.iter().any(|open| open.name == name) {
            Name::OfOpen
        } else if self.done.contains(name) {
            Name::Done
        } else {
            Name::New
        }
    }

    fn identity(&self, file: &LogFile) -> Identity {
        match Handle::from_path(&file.path) {
            Ok(handle) if self.open.iter().any(|open| open.handle == handle) => Identity::Open,
            Ok(_) => Identity::Another,
            Err(_) => Identity::Unknown,
        }
    }

    /// Reads each open file to its end, the oldest first. One that cannot be read
    /// stands in no other's way, and is tried again.
    fn read_open(&mut self, look: &mut Look) -> Option<Found> {
        let mut unreadable = None;
        for index in 0..self.open.len() {
            let lines = look.lines.len();
            if let Err(error) = self.read_one(index, look) {
                unreadable = Some(Found::unreadable(&self.open[index].name, &error));
            }
            if look.lines.len() > lines {
                self.open[index].grew_at = self.looks;
            }
            if look.goes_on {
                break;
            }
        }
        unreadable
    }

    fn read_one(&mut self, index: usize, look: &mut Look) -> io::Result<()> {
        let file = &mut self.open[index];
        match next(file.standing()?) {
            Next::Wait => return Ok(()),
            Next::StartOver(why) => {
                file.start_over();
                let name = file.name.clone();
                self.count_start_over(&name, why, look);
                look.goes_on = true;
                return Ok(());
            }
            Next::ReadOn => {}
        }
        let too_long = file.too_long();
        loop {
            let piece = file.read_piece(&mut look.lines, &mut look.bytes)?;
            if piece != Piece::Full || look.bytes >= LOOK_BYTES_MAX {
                // One that was written anew is seen by the next look.
                look.goes_on = piece != Piece::ToTheEnd;
                break;
            }
        }
        self.counts.too_long += file.too_long() - too_long;
        Ok(())
    }

    /// Begins each file once those before it are read to their ends.
    fn begin_all(&mut self, coming: Vec<LogFile>, look: &mut Look) -> Option<Found> {
        let mut unreadable = None;
        for (begun, file) in coming.into_iter().enumerate() {
            if look.goes_on || look.bytes >= LOOK_BYTES_MAX || begun >= BEGUN_FILES_MAX {
                look.goes_on = true;
                break;
            }
            if let Err(error) = self.begin_one(&file, look) {
                unreadable = Some(Found::unreadable(&file.name, &error));
            }
        }
        unreadable
    }

    fn begin_one(&mut self, file: &LogFile, look: &mut Look) -> io::Result<()> {
        let mut open = match OpenFile::open(file) {
            Ok(open) => open,
            // It has gone since it was listed.
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(error),
        };
        if let Some(place) = self.from.take_if(|place| place.file == file.name)
            && open.go_to(&place)? == Past::Changed
        {
            self.count_start_over(&file.name, StartOver::Rewritten, look);
        }
        open.grew_at = self.looks;
        self.open.push(open);
        self.done.insert(file.name.clone());
        self.counts.files += 1;
        self.read_one(self.open.len() - 1, look)
    }

    /// Lets go of what has not grown for longest; never of the last one, in the
    /// game's order, which is the one that is being written.
    fn let_go(&mut self) {
        let order = self.config.layout.order;
        while self.open.len() > OPEN_FILES_MAX {
            let last = self.open.iter().map(|file| order(&file.name)).max();
            let is_last = |file: &OpenFile| Some(order(&file.name)) == last;
            let newest = self.open.iter().rposition(is_last);
            let others = self.open.iter().enumerate().filter(|(at, _)| Some(*at) != newest);
            let quiet = others.min_by_key(|(_, file)| file.grew_at);
            match quiet.map(|(at, file)| (at, self.looks - file.grew_at)) {
                Some((at, looks)) if looks >= QUIET_LOOKS_MIN => {
                    let file = self.open.remove(at);
                    self.close(&file);
                }
                Some(_) | None => break,
            }
        }
    }

    /// What stands under its name is done if it is this file, and new if it is not.
    fn close(&mut self, file: &OpenFile) {
        match Handle::from_path(&file.path) {
            Ok(handle) if handle == file.handle => drop(self.done.insert(file.name.clone())),
            Ok(_) | Err(_) => drop(self.done.remove(&file.name)),
        }
    }

    fn count_start_over(&mut self, file: &str, why: StartOver, look: &mut Look) {
        let what = match why {
            StartOver::Shortened => "was shortened",
            StartOver::Rewritten => "was written anew",
        };
        self.counts.start_overs += 1;
        look.news.push(format!("{file} {what}: it is read from its start again"));
    }
}
