//! One match in memory: what association says of it, and what the tables have
//! besides.

mod absorbing;
mod loading;
mod part;
mod waiting;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use association::{
    LogNo, MatchState, OccurrenceNo, Placed, Revision, Rules, Sighting, StreamFlag,
    joining::{JoinFlag, SessionFlag},
};
use event_model::{DeviceId, Game, Kind, WallTime};
pub(crate) use part::AFTERMATH_MS;
pub(super) use part::{End, FirstEnd, Part};
use rusqlite::Connection;
use uuid::Uuid;
pub(super) use waiting::{Due, Waiting};

use super::{
    reading::Read,
    sessions::{self, OpenSession},
};
use crate::Result;

/// Rows of a match for what association does not count: types of somebody else's
/// and evidence. As many as it has of the others.
const APART_MAX: u32 = 8_192;

/// A match as this step has found and changed it.
pub(crate) struct OpenMatch {
    pub(super) match_id: i64,
    pub(super) key: String,
    pub(super) state: MatchState,
    pub(super) started: Sighting,
    pub(super) times: Times,
    pub(super) apart: Apart,
    pub(super) devices: BTreeMap<DeviceId, Part>,
    pub(super) streams: HashMap<(DeviceId, Option<String>), NumberedStream>,
    pub(super) shown: HashMap<OccurrenceNo, Shown>,
    pub(super) sessions: BTreeMap<sessions::Key, OpenSession>,
    pub(super) waiting: Waiting,
    /// What is odd about how its sessions were joined.
    pub(super) join_flags: BTreeSet<JoinFlag>,
    /// What reports told is to be written again: their clocks have other numbers.
    pub(super) is_renumbered: bool,
    /// Whether there are rows of reports that association has no more.
    pub(super) has_hollow: bool,
    /// Events of this step that get a row, by their place in the log.
    pub(super) pending: BTreeMap<LogNo, Pending>,
    /// Events that there was no room for since this was last asked.
    pub(super) overflowed: u64,
    pub(super) batches: Vec<i64>,
    /// Where its last event stands.
    pub(super) last_position: u64,
    pub(super) is_changed: bool,
}

/// What the seal goes by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Times {
    pub(super) open_since_ms: i64,
    pub(super) last_received_ms: i64,
    pub(super) all_ended_ms: Option<i64>,
    pub(super) sealed: Option<Seal>,
}

/// When a match was sealed, and behind which event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Seal {
    pub(super) at_ms: i64,
    pub(super) through: i64,
}

/// What association does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Apart {
    pub(super) rows: u32,
    pub(super) overflow: u64,
    /// Occurrences of types of somebody else's.
    pub(super) alone: u32,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct NumberedStream {
    pub(super) no: i64,
    pub(super) is_new: bool,
}

/// What the tables show of an occurrence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shown {
    pub(super) id: Uuid,
    /// Attacker, victim and helpers.
    pub(super) from: [LogNo; 3],
    pub(super) standing: u8,
    /// How it counted for players when that was last written, and its helpers.
    pub(super) weighed: Option<(bool, bool)>,
    /// When it was, as that was last written, and on the match's clock.
    pub(super) placed: Option<(i64, Option<i64>)>,
}

/// An event that gets a row.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pending {
    /// Its number among those that this step read.
    pub(super) read: usize,
    pub(super) stream_no: i64,
    pub(super) state: ReportState,
    /// Whether it came after the seal.
    pub(super) is_late: bool,
}

/// How an event stands to the match (`report.state`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ReportState {
    Witness = 0,
    Late = 1,
    Overflow = 2,
    Alone = 3,
    Silent = 4,
    Erased = 5,
}

/// The rules of a game, by the word that the tables have for it.
pub(super) fn rules(game: &str) -> Rules {
    let unknown = || Game::new("unknown").expect("it is a game's name");
    Rules::of(&Game::new(game).unwrap_or_else(|_| unknown()))
}

impl OpenMatch {
    /// A match that begins with an event; its changes are numbered from behind
    /// `forgotten` on.
    pub(super) fn begun(match_id: i64, read: &Read<'_>, forgotten: Revision) -> Self {
        let received_ms = read.received_at.unix_ms();
        Self {
            match_id,
            key: read.told.subject.clone().into_owned(),
            state: MatchState::new(rules(read.told.game())).after(forgotten).keeping_rows(),
            started: read.corrected,
            times: Times {
                open_since_ms: received_ms,
                last_received_ms: received_ms,
                all_ended_ms: None,
                sealed: None,
            },
            apart: Apart::default(),
            devices: BTreeMap::new(),
            streams: HashMap::new(),
            shown: HashMap::new(),
            sessions: BTreeMap::new(),
            waiting: Waiting::default(),
            overflowed: 0,
            join_flags: BTreeSet::new(),
            is_renumbered: false,
            has_hollow: false,
            pending: BTreeMap::new(),
            batches: Vec::new(),
            last_position: read.position,
            is_changed: true,
        }
    }

    /// Folds in one event, the `number`th that the step read.
    fn fold(&mut self, number: usize, read: &Read<'_>) {
        if read.told.gap.is_some() {
            return self.miss(number, read);
        }
        self.is_changed = true;
        self.last_position = read.position;
        self.take_part(read);
        let told = &read.told;
        let has_room = if told.kind.is_some_and(Kind::is_occurrence) {
            self.seat(number, read)
        } else {
            self.set_apart(number, read)
        };
        self.overflowed += u64::from(!has_room);
        self.state.resolve_if_due();
    }

    /// What witnesses an occurrence; whether there was room for it.
    fn seat(&mut self, number: usize, read: &Read<'_>) -> bool {
        let placed = self.state.place(&read.report());
        let state = match placed {
            Placed::Expresses(_) => ReportState::Witness,
            Placed::Late(_) => ReportState::Late,
            Placed::Alone(_) | Placed::Silent | Placed::Known => ReportState::Silent,
            Placed::Overflow => return false,
        };
        self.note(number, read, state);
        true
    }

    /// What is no witness of anything.
    fn set_apart(&mut self, number: usize, read: &Read<'_>) -> bool {
        if self.apart.rows >= APART_MAX {
            self.apart.overflow += 1;
            return false;
        }
        self.apart.rows += 1;
        self.hear_evidence(read);
        let placed = self.state.place(&read.report());
        let state = match placed {
            Placed::Alone(_) => {
                self.apart.alone += 1;
                ReportState::Alone
            }
            Placed::Expresses(_)
            | Placed::Late(_)
            | Placed::Known
            | Placed::Silent
            | Placed::Overflow => ReportState::Silent,
        };
        self.note(number, read, state);
        true
    }

    /// What will never come of what a device that takes part told. It is evidence
    /// of the match, and no part of what happened in it.
    fn miss(&mut self, number: usize, read: &Read<'_>) {
        let of_device = self.streams.iter().filter(|((device, _), _)| *device == read.device);
        let Some(stream_no) = of_device.map(|(_, stream)| stream.no).min() else { return };
        if self.apart.rows >= APART_MAX {
            self.apart.overflow += 1;
            self.overflowed += 1;
            return;
        }
        self.is_changed = true;
        self.apart.rows += 1;
        self.heard_in(read.batch_no);
        let state = ReportState::Silent;
        let pending = Pending { read: number, stream_no, state, is_late: false };
        self.pending.insert(LogNo(read.position), pending);
        self.hear_evidence(read);
        self.state.resolve_if_due();
    }

    fn heard_in(&mut self, batch_no: i64) {
        if self.batches.last() != Some(&batch_no) {
            self.batches.push(batch_no);
        }
    }

    pub(super) fn hear_evidence(&mut self, read: &Read<'_>) {
        if let Some(gap) = read.gap() {
            self.state.hear_gap(read.device, gap);
        }
        if let (Some(evidence), Some(observer)) = (read.evidence(), read.observer())
            && !evidence.roster.is_empty()
        {
            let names = evidence.roster.iter().map(String::as_str);
            self.state.hear_roster(read.device, observer, names);
        }
    }

    /// Writes down what its sessions have heard: all of them, so that the newest
    /// says whether the log has more.
    pub(super) fn save_sessions(&mut self, index: &Connection) -> Result<()> {
        self.sessions.values_mut().try_for_each(|session| session.save(index, self.match_id))
    }

    fn note(&mut self, number: usize, read: &Read<'_>, state: ReportState) {
        let stream_no = self.stream(read.device, read.told.observer.as_deref());
        let is_late = self.state.is_sealed();
        let pending = Pending { read: number, stream_no, state, is_late };
        self.pending.insert(LogNo(read.position), pending);
    }

    fn stream(&mut self, device: DeviceId, account: Option<&str>) -> i64 {
        let account = account.filter(|account| !account.is_empty()).map(str::to_owned);
        let stream = (device, account);
        if let Some(known) = self.streams.get(&stream) {
            return known.no;
        }
        // What was erased may have left a gap.
        let no = self.streams.values().map(|stream| stream.no + 1).max().unwrap_or(0);
        self.streams.insert(stream, NumberedStream { no, is_new: true });
        no
    }

    fn take_part(&mut self, read: &Read<'_>) {
        self.started = self.started.better_of(read.corrected);
        let received_ms = read.received_at.unix_ms();
        self.times.last_received_ms = self.times.last_received_ms.max(received_ms);
        self.heard_in(read.batch_no);
        self.devices.entry(read.device).or_insert_with(Part::begun).hear(read);
        let is_end = read.told.kind == Some(Kind::MatchEnded);
        let have_all_ended = self.have_all_ended();
        match (have_all_ended, self.times.all_ended_ms) {
            (true, None) => self.times.all_ended_ms = Some(received_ms),
            // Who tells it again, or another one, has it wait again.
            (true, Some(since)) if is_end => {
                self.times.all_ended_ms = Some(since.max(received_ms));
            }
            (true, Some(_)) | (false, None) => {}
            (false, Some(_)) => self.times.all_ended_ms = None,
        }
    }

    /// Looks when its devices left, now that more may be known of their clocks.
    pub(super) fn place_ends(&mut self) {
        let ends = self.devices.values().filter_map(|part| part.left.map(|left| left.no));
        let placed = self.state.placed_ms(&ends.collect());
        self.devices.values_mut().for_each(|part| part.place_end(&placed));
    }

    fn have_all_ended(&self) -> bool {
        self.devices.values().all(Part::has_ended)
    }

    /// Seals it, as was decided; nothing where it is.
    fn seal(&mut self, at: WallTime, through: i64) {
        if self.times.sealed.is_some() {
            return;
        }
        self.is_changed = true;
        self.state.seal();
        self.times.sealed = Some(Seal { at_ms: at.unix_ms(), through });
    }

    /// Lets it change again, as was decided; nothing where it does.
    fn reopen(&mut self, at: WallTime) {
        if self.times.sealed.take().is_none() {
            return;
        }
        self.is_changed = true;
        self.state.reopen();
        // What seals it is what comes from now on, or its age.
        self.times.open_since_ms = at.unix_ms();
        self.times.last_received_ms = self.times.last_received_ms.max(at.unix_ms());
        self.times.all_ended_ms = None;
    }

    /// What is odd about it, in words.
    pub(super) fn flags(&self) -> String {
        let streams = self.state.oddities();
        let streams = streams.into_iter().map(StreamFlag::as_str);
        let sessions = self.sessions.values().flat_map(|session| session.summary.flags());
        let joins = self.join_flags.iter().copied().map(JoinFlag::as_str);
        let mut all: BTreeSet<&str> =
            streams.chain(sessions.map(SessionFlag::as_str)).chain(joins).collect();
        if self.apart.overflow > 0 {
            all.insert(StreamFlag::Overflow.as_str());
        }
        all.into_iter().collect::<Vec<_>>().join(" ")
    }

    /// Bytes in memory, nearly.
    pub(super) fn bytes(&self) -> usize {
        const STREAM: usize = 64;
        size_of::<Self>()
            + self.sessions.values().map(OpenSession::bytes).sum::<usize>()
            + self.state.bytes()
            + self.shown.capacity() * size_of::<(OccurrenceNo, Shown)>()
            + self.pending.len() * size_of::<(LogNo, Pending)>() * 4 / 3
            + self.devices.len() * size_of::<(DeviceId, Part)>() * 4 / 3
            + self.streams.capacity()
                * (size_of::<((DeviceId, Option<String>), NumberedStream)>() + STREAM)
    }
}
