//! Faults, carried out.

use std::collections::BTreeSet;

use delivery::QuarantineReason;
use event_model::EventId;
use outbox::{EntryState, Selection};

use super::{Happening, World};
use crate::{
    device::Power,
    disk,
    plan::{Fault, Weather},
    server::Index,
};

/// A companion that could not start is started again so much later.
const START_AGAIN_MS: u64 = 5_000;
/// Who deletes once may look again, and delete what is there then.
const DELETES_NEWS_CHANCE: u64 = 50;
/// No match lasts as long as the gap before the last one.
const LAST_MATCH_AFTER_MS: u64 = 1_000;

impl World {
    pub(super) fn fault(&mut self, at_ms: u64, number: usize) {
        let fault = self.plan.faults[number].1;
        self.trace.say(at_ms, &format!("fault: {fault:?}"));
        match fault {
            Fault::Kill { device, down_ms } => self.kill(at_ms, device, down_ms, Power::Stays),
            Fault::PowerLoss { device, down_ms } => {
                self.kill(at_ms, device, down_ms, Power::Fails);
                self.devices[device].clock.reboot(at_ms);
            }
            Fault::Reboot { device, down_ms } => {
                self.kill(at_ms, device, down_ms, Power::Stays);
                self.devices[device].clock.reboot(at_ms);
            }
            Fault::WallStep { device, ms } => self.devices[device].clock.step_wall(ms),
            Fault::DiskFull { device, for_ms } => {
                self.devices[device].fill();
                self.at(at_ms + for_ms, Happening::Over { number });
            }
            Fault::Delete { device, events } => self.delete(at_ms, device, events),
            Fault::Requeue { device } => self.requeue(device),
            Fault::LoseOutbox { device } => self.lose_outbox(at_ms, device),
            Fault::DamageRow { device } => self.damage_row(at_ms, device),
            Fault::DamagePage { device } => self.damage_page(at_ms, device),
            Fault::WrongToken { device, for_ms } => {
                self.devices[device].show_token(Some("a-token-that-nobody-gave"));
                self.at(at_ms + for_ms, Happening::Over { number });
            }
            Fault::Weather { weather, for_ms } => {
                self.weather = Some(weather);
                self.at(at_ms + for_ms, Happening::Over { number });
            }
            Fault::ServerRestart => self.server.restart(),
            Fault::LoseIndex => self.server.die(Index::Lost),
            Fault::Backup => {
                self.backup = Some((self.server.back_up(), self.ledger.server.clone()));
            }
            Fault::Restore => self.restore(),
        }
    }

    pub(super) fn over(&mut self, at_ms: u64, number: usize) {
        let fault = self.plan.faults[number].1;
        self.trace.say(at_ms, &format!("over: {fault:?}"));
        match fault {
            Fault::DiskFull { device, .. } => self.devices[device].make_room(),
            Fault::WrongToken { device, .. } => self.devices[device].show_token(None),
            Fault::Weather { weather, .. } => self.clear(weather),
            Fault::Kill { .. }
            | Fault::PowerLoss { .. }
            | Fault::Reboot { .. }
            | Fault::WallStep { .. }
            | Fault::Delete { .. }
            | Fault::Requeue { .. }
            | Fault::LoseOutbox { .. }
            | Fault::DamageRow { .. }
            | Fault::DamagePage { .. }
            | Fault::ServerRestart
            | Fault::LoseIndex
            | Fault::Backup
            | Fault::Restore => {}
        }
    }

    /// A later weather may have taken its place.
    fn clear(&mut self, weather: Weather) {
        if self.weather == Some(weather) {
            self.weather = None;
        }
    }

    pub(super) fn start(&mut self, at_ms: u64, device: usize) {
        if self.devices[device].process.is_some() {
            return;
        }
        // The rest of this slice is over for it.
        match self.devices[device].start(self.now_ms) {
            Ok(()) => {
                let salvaged = self.devices[device].salvaged();
                self.trace.say(at_ms, &format!("device {device} starts{salvaged}"));
            }
            Err(error) => {
                self.trace.say(at_ms, &format!("device {device} cannot start: {error}"));
                self.at(at_ms + START_AGAIN_MS, Happening::Start { device });
            }
        }
    }

    /// The network is well, and each device plays a last match: a companion
    /// with nothing to send learns nothing of a server that was restored.
    pub(super) fn calm(&mut self, at_ms: u64) {
        self.trace.say(at_ms, "calm");
        self.weather = None;
        self.network = self.network.calm();
        for device in 0..self.devices.len() {
            self.devices[device].make_room();
            self.play(device, at_ms + LAST_MATCH_AFTER_MS);
        }
    }

    fn kill(&mut self, at_ms: u64, device: usize, down_ms: u64, power: Power) {
        if self.devices[device].process.is_some() {
            self.devices[device].kill(power);
            self.at(at_ms + down_ms, Happening::Start { device });
        }
    }

    fn delete(&mut self, at_ms: u64, device: usize, events: usize) {
        let mut waiting = self.devices[device].waiting();
        self.chance.shuffle(&mut waiting);
        self.delete_of(at_ms, device, &waiting, events);
        if self.chance.percent(DELETES_NEWS_CHANCE) {
            // What waits has the news of that among it, which is told again.
            let mut waiting = self.devices[device].waiting();
            waiting.sort_by_key(|id| self.ledger.made.contains_key(&(device, *id)));
            self.delete_of(at_ms, device, &waiting, events);
        }
    }

    /// The first `events` of those that wait.
    fn delete_of(&mut self, at_ms: u64, device: usize, waiting: &[EventId], events: usize) {
        let waiting = &waiting[..events.min(waiting.len())];
        let Some(mut view) = self.devices[device].view() else { return };
        // A full disk takes no deletion either.
        let Ok(_) = view.delete(waiting, self.devices[device].clock.at(at_ms)) else { return };
        self.devices[device].forget_synced();
        let left: BTreeSet<_> =
            self.devices[device].entries().into_iter().map(|entry| entry.event_id).collect();
        let gone = waiting.iter().filter(|id| !left.contains(id)).map(|id| (device, *id));
        // News is told again, where it is the same under the same id.
        let gone = gone.filter(|key| self.ledger.made.contains_key(key));
        self.ledger.deleted.extend(gone.collect::<Vec<_>>());
    }

    fn requeue(&mut self, device: usize) {
        if let Some(mut view) = self.devices[device].view() {
            // A full disk keeps them where they are.
            drop(view.requeue(&Selection::All));
            self.devices[device].forget_synced();
        }
    }

    /// What a player does who reads that events were refused. Those of a kind that
    /// an older server did not know go by themselves.
    pub(super) fn put_back(&mut self, device: usize) -> Result<(), String> {
        let entries = self.devices[device].entries();
        let refused = entries.iter().filter(|entry| entry.state == EntryState::Quarantined);
        let reasons: Vec<_> = refused.filter_map(|entry| entry.reason).collect();
        self.trace.say(self.now_ms, &format!("device {device}: refused are {reasons:?}"));
        if reasons.contains(&QuarantineReason::UnknownKind) {
            return Err(format!("device {device} waits for a version that has come"));
        }
        self.refused += reasons.len() as u64;
        self.requeue(device);
        Ok(())
    }

    fn lose_outbox(&mut self, at_ms: u64, device: usize) {
        self.kill(at_ms, device, 1_000, Power::Stays);
        self.devices[device].lose_files();
        self.forget_copies(device, &BTreeSet::new());
        // Nobody remembers what was deleted, either.
        self.ledger.deleted.retain(|(of, _)| *of != device);
    }

    fn damage_row(&mut self, at_ms: u64, device: usize) {
        self.kill(at_ms, device, 1_000, Power::Stays);
        let waiting = self.devices[device].waiting();
        if let Some(event) = self.chance.pick(&waiting) {
            self.trace.say(at_ms, &format!("a byte of {event} changes"));
            self.account_for(device, *event);
            self.ledger.damaged.insert((device, *event));
            disk::damage_row(&self.devices[device].outbox_path(), *event, &mut self.chance);
            self.devices[device].inexact.extend(0..=2);
        }
    }

    fn damage_page(&mut self, at_ms: u64, device: usize) {
        self.kill(at_ms, device, 1_000, Power::Stays);
        let path = self.devices[device].outbox_path();
        if !path.exists() {
            return;
        }
        disk::settle_wal(&path);
        if !disk::has_pages(&path) {
            return;
        }
        // Nothing has looked at the file since the last damage, which may have
        // hidden what there was to know of the events that this one hits.
        let again = self.devices[device].page_damaged == Some(self.devices[device].run);
        let held = self.devices[device].unsent();
        let outbox = self.devices[device].view().map(|view| view.id());
        let overwritten = disk::damage_page(&path, &mut self.chance);
        self.devices[device].page_damaged = Some(self.devices[device].run);
        self.ledger.deleted.retain(|(of, id)| *of != device || overwritten.spared(id.0.as_bytes()));

        let damaged: BTreeSet<_> = self
            .ledger
            .accounted
            .iter()
            .map(|(key, _, _)| *key)
            .filter(|(of, _)| *of == device)
            .collect();
        let held = held.into_iter().filter(|(event, _, _)| !damaged.contains(&(device, *event)));
        let (spared, hit): (Vec<_>, Vec<_>) =
            held.partition(|(_, _, body)| overwritten.spared(body.as_bytes()));
        let spared: BTreeSet<_> = spared.into_iter().map(|(event, _, _)| event).collect();
        self.forget_copies(device, &spared);
        // They are read again, or told as lost under their numbers.
        let hit = hit
            .into_iter()
            .filter(|(event, _, _)| self.ledger.made.contains_key(&(device, *event)));
        let hit: Vec<_> = hit.collect();
        self.trace.say(at_ms, &format!("{} events spared, {} hit", spared.len(), hit.len()));
        if let (Some(outbox), false) = (outbox, again) {
            self.ledger.accounted.extend(
                hit.into_iter().map(|(event, sequence, _)| ((device, event), outbox, sequence)),
            );
        }
    }

    /// From now on the server alone has what it has.
    fn forget_copies(&mut self, device: usize, but: &BTreeSet<EventId>) {
        self.ledger.lose_copies(device, but);
        // What was to turn up in the file went with it, news of gaps included.
        self.ledger.accounted.retain(|((of, _), _, _)| *of != device);
        self.devices[device].inexact.extend(0..=2);
    }

    fn account_for(&mut self, device: usize, event: EventId) {
        let entries = self.devices[device].entries();
        let Some(view) = self.devices[device].view() else { return };
        let found = entries.iter().find(|entry| entry.event_id == event);
        self.ledger
            .accounted
            .extend(found.map(|entry| ((device, event), view.id(), entry.sequence)));
    }

    fn restore(&mut self) {
        if let Some((backup, on_server)) = &self.backup {
            self.server.restore(backup);
            self.ledger.server = on_server.clone();
        }
    }
}
