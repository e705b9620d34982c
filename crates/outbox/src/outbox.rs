//! The owner's side of the file.

mod forgetting;
mod healing;
mod inquiry;
mod opening;
mod server;

use std::path::Path;

use delivery::{AskedAgain, BatchLimits, Circuit, Decision};
use event_model::{DeviceId, Game, Moment, Origin, OutboxId};

use crate::{
    Append, Appended, Bounds, Claimed, Error, OutboxStatus, OutboxView, Pruned, StreamKey, append,
    claim::{self, Among, Rota, Scope},
    conclude,
    connection::{self, Log, write},
    counters::Counter,
    folder,
    kept::Kept,
    known_ids::KnownIds,
    lately::{Lately, Turn},
    live_matches::LiveMatches,
    lock::OwnerLock,
    presence::Placed,
    prune::{self, Look},
    refuse::{self, Place},
    resends::{self, Resends},
    salvage::{self, Opened, Salvage},
    spans::Spans,
    told::{self, ToldEvent},
};
use healing::Unfinished;
pub(crate) use opening::{OpenFile, open_file};
pub(crate) use server::load_circuit;
use server::{meet, save_circuit};

pub use forgetting::Forgetting;
pub use inquiry::Inquired;
pub use server::Standing;

/// The one owner of an outbox file: what captures and uploads.
#[derive(Debug)]
pub struct Outbox {
    view: OutboxView,
    circuit: Circuit,
    server: Option<String>,
    live: LiveMatches,
    known: KnownIds,
    asked: AskedAgain,
    /// The file that `asked` counts in.
    asked_in: OutboxId,
    rota: Rota,
    /// What stays here.
    kept: Kept,
    resends: Resends,
    pruned_at: Option<Moment>,
    /// How far its look at ages has come.
    look: Look,
    opened_at: Moment,
    /// Whether the file has learnt how the clocks stood then.
    knows_clocks: bool,
    /// The last instant that a caller named.
    seen: Moment,
    bounds: Bounds,
    forgetting: Forgetting,
    salvage: Salvage,
    log: Log,
    /// What has to be done before anything is written.
    unfinished: Option<Unfinished>,
    /// How often its files were put back, and when that was done lately.
    times_put_back: u32,
    put_back: Lately,
    /// What was written to be put back, and is not open yet.
    placed: Option<Placed>,
    /// Whether another file took the place of the one that was opened.
    was_replaced: bool,
    /// Whether the file was looked through because of a contradiction.
    was_doubted: bool,
    // Last, so that the file is closed before another process may own it.
    lock: OwnerLock,
}

impl Outbox {
    /// Opens the outbox at `path`, or makes it and its folder. Events that were
    /// in flight when the last owner ended are pending again. A damaged file is
    /// set aside: see [`Self::salvaged`]. Where the disk is full, or another
    /// process keeps the file from being written to, it can be read, and what
    /// writes fails until that is over.
    ///
    /// # Errors
    /// [`Error::Locked`] where another process owns it; see [`Error`].
    pub fn open(path: &Path, device: DeviceId, now: Moment) -> Result<Self, Error> {
        if let Some(folder) = path.parent() {
            folder::make(folder).map_err(Error::Folder)?;
        }
        let lock = OwnerLock::take_from_who_looks(path)?;
        let (opened, unfinished) = match salvage::open(path, device, now) {
            Ok(opened) => (opened, None),
            // It goes on by itself when there is room, or the other is done.
            Err(error) if error.is_full() || error.is_busy() => {
                let unfinished = Unfinished::open(&error);
                (Opened::for_reading(path, device).map_err(|_| error)?, Some(unfinished))
            }
            Err(error) => return Err(error),
        };
        let Opened { file: OpenFile { db, id, log }, salvage } = opened;
        // A file that cannot be written to yet may not be read everywhere.
        let mut circuit = load_circuit(&db)
            .or_else(|error| if error.is_damage() { Ok(Circuit::default()) } else { Err(error) })?;
        circuit.resume(now);
        let view = if unfinished.is_none() { OutboxView::owned } else { OutboxView::of }(
            path, db, id, device,
        );
        Ok(Self {
            view,
            circuit,
            server: None,
            live: LiveMatches::default(),
            known: KnownIds::default(),
            asked: AskedAgain::default(),
            asked_in: id,
            rota: Rota::default(),
            kept: Kept::default(),
            resends: Resends::default(),
            pruned_at: None,
            look: Look::default(),
            opened_at: now,
            knows_clocks: false,
            seen: now,
            bounds: Bounds::default(),
            forgetting: Forgetting::default(),
            salvage,
            log,
            unfinished,
            times_put_back: 0,
            put_back: Lately::default(),
            placed: None,
            was_replaced: false,
            was_doubted: false,
            lock,
        })
    }

    /// Other bounds than the default ones.
    #[must_use]
    pub fn with_bounds(mut self, bounds: Bounds) -> Self {
        self.bounds = bounds;
        // Where SQLite cannot take it, the bound of before holds.
        drop(connection::bound(&self.view.db, bounds.file_bytes_max));
        self
    }

    /// The id that the sequences count under.
    #[must_use]
    pub fn id(&self) -> OutboxId {
        self.view.id()
    }

    /// The state last appended for `stream`.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn state(&self, stream: &StreamKey) -> Result<Option<Vec<u8>>, Error> {
        append::load_state(&self.view.db, stream)
    }

    /// Appends a group of events with the states that they came from, in one
    /// transaction. When this returns, they survive a power failure.
    ///
    /// An event whose id the file knows, whatever became of it, is left as it
    /// is and counted.
    ///
    /// # Errors
    /// Then nothing of the group was appended.
    pub fn append(&mut self, group: &[Append], now: Moment) -> Result<Appended, Error> {
        let appended = self.healing(now, |outbox| outbox.append_to_file(group, now))?;
        for new in group.iter().flat_map(|part| &part.events) {
            if new.origin == Origin::Live {
                self.live.touch(new.event.subject().as_str(), now);
            }
        }
        Ok(appended)
    }

    fn append_to_file(&mut self, group: &[Append], now: Moment) -> Result<Appended, Error> {
        let device = self.view.device;
        // What a transaction was to write that failed, or panicked, is not known.
        let mut known = std::mem::take(&mut self.known);
        let appended =
            write(&mut self.view.db, |db| append::append(db, &mut known, device, group, now))?;
        self.known = known;
        Ok(appended)
    }

    /// Appends events that another program told; they are on disk when this returns.
    /// One that was told before is left as it is.
    ///
    /// # Errors
    /// Then none of them was appended.
    pub fn append_told(&mut self, told: &[ToldEvent], now: Moment) -> Result<Appended, Error> {
        self.healing(now, |outbox| {
            let device = outbox.view.device;
            let mut known = std::mem::take(&mut outbox.known);
            let appended =
                write(&mut outbox.view.db, |db| told::append(db, &mut known, device, told, now))?;
            outbox.known = known;
            Ok(appended)
        })
    }

    /// Remembers that `events` were captured and could never be appended.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn record_lost(&mut self, events: u64) -> Result<(), Error> {
        self.healing_lately(|outbox| write(&mut outbox.view.db, |db| Counter::Lost.add(db, events)))
    }

    /// Takes a batch for one request, of one origin: in order within each match,
    /// running matches first, but for every fourth batch, which begins with the
    /// oldest event. What was refused, and what the server asked for again,
    /// stands aside, and has every second batch at most. Empty where nothing is
    /// to be sent now.
    ///
    /// # Errors
    /// Where the file cannot be read or written.
    pub fn claim(&mut self, limits: &BatchLimits, now: Moment) -> Result<Vec<Claimed>, Error> {
        self.claim_of(Among::All, limits, now)
    }

    /// The same but for what was refused and stands aside, which has a wait of
    /// its own: see [`Self::set_aside_in_ms`].
    ///
    /// # Errors
    /// Where the file cannot be read or written.
    pub fn claim_in_line(
        &mut self,
        limits: &BatchLimits,
        now: Moment,
    ) -> Result<Vec<Claimed>, Error> {
        self.claim_of(Among::InLine, limits, now)
    }

    fn claim_of(
        &mut self,
        among: Among,
        limits: &BatchLimits,
        now: Moment,
    ) -> Result<Vec<Claimed>, Error> {
        // On a full disk it goes on later; what is there can be sent meanwhile.
        drop(self.salvage_on(now));
        self.healing(now, |outbox| outbox.claim_from_file(among, limits, now))
    }

    fn claim_from_file(
        &mut self,
        among: Among,
        limits: &BatchLimits,
        now: Moment,
    ) -> Result<Vec<Claimed>, Error> {
        self.forget_asked_elsewhere();
        if self.puts_off_resend()? && self.resends.turn(now) == Turn::Now {
            let mut resends = self.resends.clone();
            write(&mut self.view.db, |db| conclude::send_again_in_turn(db, &mut resends, now))?;
            self.resends = resends;
        }
        if Spans::Queue.is_empty(&self.view.db)? {
            // Whatever waited was deleted, or given up.
            self.asked = AskedAgain::default();
            return Ok(Vec::new());
        }
        let live: Vec<&str> = self.live.at(now).collect();
        let scope = Scope { among, kept: &self.kept, live: &live };
        let (asked, rota) = (&mut self.asked, &mut self.rota);
        write(&mut self.view.db, |db| claim::claim(db, scope, limits, asked, rota, now))
    }

    /// From here on the events of these games stay here, and of no others: they wait,
    /// and no batch has any of them. Not kept over a restart.
    pub fn keep_here(&mut self, games: &[Game]) {
        self.kept = Kept::of(games);
    }

    /// How many of the waiting events stay here.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn kept_here(&self) -> Result<u64, Error> {
        self.kept.count(&self.view.db)
    }

    /// Whether answers named another database so often that what is settled is not
    /// sent again before some time has passed.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn puts_off_resend(&self) -> Result<bool, Error> {
        resends::is_owed(&self.view.db)
    }

    /// Numbers of a file that was replaced are other events in this one.
    fn forget_asked_elsewhere(&mut self) {
        if self.asked_in != self.id() {
            self.asked_in = self.id();
            self.asked = AskedAgain::default();
        }
    }

    /// How long until events are sent that the server asked for again; `None`
    /// where there are none.
    #[must_use]
    pub fn asked_again_in_ms(&self, now: Moment) -> Option<u64> {
        self.asked.wait_ms(now)
    }

    /// Whether this event is one of them. Nobody but its owner knows that.
    #[must_use]
    pub fn is_asked_again(&self, sequence: u64) -> bool {
        self.asked_in == self.id() && self.asked.holds(sequence)
    }

    /// How long until what was refused and stands aside may be sent again; `None`
    /// where nothing does.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn set_aside_in_ms(&self, now: Moment) -> Result<Option<u64>, Error> {
        let any = refuse::any_aside(&self.view.db)?;
        Ok(any.then(|| self.circuit.aside_wait_ms(now)))
    }

    /// Puts a batch back that was not sent: nothing was learnt of it.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn release(&mut self, claimed: &[Claimed]) -> Result<(), Error> {
        self.healing_lately(|outbox| {
            if !outbox.is_of_this_file(claimed)? {
                return Ok(());
            }
            write(&mut outbox.view.db, |db| conclude::release(db, claimed))
        })
    }

    /// Does with a batch what was decided of the reply to it, and remembers
    /// when the next request may go out. `random` spreads the delay.
    ///
    /// # Errors
    /// Where the file cannot be written; the batch is then still in flight, and
    /// [`Self::release`] puts it back. The circuit has advanced all the same.
    pub fn conclude(
        &mut self,
        claimed: &[Claimed],
        decision: &Decision,
        now: Moment,
        random: u64,
    ) -> Result<(), Error> {
        self.forget_asked_elsewhere();
        let here = if self.is_of_this_file(claimed).unwrap_or(false) { claimed } else { &[] };
        let kept = conclude::Kept::of(here, decision, &mut self.asked, now, random);
        // What cannot be read counts as new: it waits the longer.
        let place = Place::of(&self.view.db, here).unwrap_or(Place::InLine);
        conclude::advance(&mut self.circuit, decision, kept, place, now, random);
        self.healing(now, |outbox| {
            // What the server has of another file is sent again, and it says so.
            let of_this_file = outbox.is_of_this_file(claimed)?;
            let (circuit, server) = (&outbox.circuit, outbox.server.as_deref());
            let mut resends = outbox.resends.clone();
            write(&mut outbox.view.db, |db| {
                if of_this_file {
                    conclude::conclude(db, claimed, decision, circuit, &mut resends, now)?;
                    meet(db, decision, server)?;
                }
                save_circuit(db, circuit, server)
            })?;
            outbox.resends = resends;
            Ok(())
        })
    }

    /// Holds the outbox within its bounds. Cheap to call often: it works only
    /// where bytes are too many, or some minutes have passed.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn prune(&mut self, now: Moment) -> Result<Pruned, Error> {
        self.healing(now, |outbox| outbox.prune_file(now))
    }

    fn prune_file(&mut self, now: Moment) -> Result<Pruned, Error> {
        if self.log == Log::Inherited {
            self.log = connection::begin_log(&self.view.db)?;
        }
        if !prune::is_due(&self.view.db, &self.bounds, self.pruned_at, now)? {
            return Ok(Pruned::default());
        }
        let (teller, bounds) = (self.view.teller(now), self.bounds_now());
        let opened = (!self.knows_clocks).then_some(self.opened_at);
        let mut look = self.look;
        let pruned =
            write(&mut self.view.db, |db| prune::prune(db, opened, teller, &bounds, &mut look))?;
        self.look = look;
        self.knows_clocks = true;
        let is_done = !pruned.is_a_part() && !look.is_under_way();
        self.pruned_at = is_done.then_some(now);
        // Ids and the numbers of matches may be gone.
        self.known.forget();
        Ok(pruned)
    }

    /// The outbox in counts.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn status(&self, now: Moment) -> Result<OutboxStatus, Error> {
        self.view.status(now)
    }

    /// What any process may look at.
    #[must_use]
    pub fn view(&self) -> &OutboxView {
        &self.view
    }

    /// What any process may do.
    #[must_use]
    pub fn view_mut(&mut self) -> &mut OutboxView {
        &mut self.view
    }
}
