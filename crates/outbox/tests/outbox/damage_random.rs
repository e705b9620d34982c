//! Whatever happens to the bytes of an outbox, it opens, and every event that
//! is still there goes out once, as it was.
//!
//! Some hundred cases; 100,000 with `RINGSIDE_LONG=1`. A failure names its seed,
//! and `RINGSIDE_SEED=17` looks at that one alone; `RINGSIDE_FIRST_SEED=17` begins
//! there.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
    path::{Path, PathBuf},
    sync::LazyLock,
    time::{Duration, Instant},
};

use event_model::{CloudEvent, EventId, Kind};
use outbox::{Claimed, EntryState, Filter, Outbox};

use crate::{
    damage_kinds::Damage,
    damage_worlds::{File, Files, Left, Random, World, unnumbered},
    damaging::{LARGE_BYTES, enlarge},
    support::{DEVICE, at, claim, conclude, in_memory, stored},
};

const CASES: u64 = 200;
const CASES_LONG: u64 = 100_000;
/// Each writes and reads some hundred megabytes.
const CASES_LARGE: u64 = 20;
const CASES_LARGE_LONG: u64 = 2_000;
/// Tests that share the cases.
const SHARES: u64 = 4;
/// Found by a long run: a byte of the saved circuit, which kept the outbox from
/// opening; the log's header damaged with the heads of its first and third
/// frame, so that no frame was believed; a byte of the server's database, which
/// was met only when the first batch had gone out; and frames that say another's
/// page, so that a later one stood for them or they for an earlier one.
const FOUND: [u64; 5] = [14_831, 19_081, 65_104, 69_905, 48_699];
/// A long run says how far it has come.
const SAID_EVERY: u64 = 2_000;
const LARGE_SAID_EVERY: u64 = 100;
/// The promise.
const OPENS_WITHIN: Duration = Duration::from_secs(2);

/// How often it may fail that on a machine that is busy.
const OPENINGS: u32 = 4;

static WORLDS: LazyLock<[World; 3]> =
    LazyLock::new(|| [Left::Closed, Left::Killed, Left::KilledLater].map(World::new));

/// One case.
struct Case<'w> {
    name: String,
    world: &'w World,
    damaged: Files,
    /// Whether somebody must miss what is missing.
    is_missed: bool,
}

impl Case<'_> {
    fn of(seed: u64) -> Self {
        let mut random = Random(seed);
        let worlds = &*WORLDS;
        let at = random.below(worlds.len());
        let world = &worlds[at];
        let mut damaged = world.files.clone();
        let damage = Damage::any(&mut random);
        let files = [File::Database, File::Log];
        let targets: &[File] = match random.below(8) {
            _ if damaged.log.is_empty() => &files[..1],
            0..=3 => &files[1..],
            4..=6 => &files[..1],
            _ => &files,
        };
        for file in targets {
            damage.make(&mut random, damaged.of(*file));
        }
        let is_missed = damage.is_of_one_place() && targets.len() == 1;
        let name = format!("seed {seed}: {damage:?} of {targets:?} in world {at}");
        Self { name, world, damaged, is_missed }
    }

    /// Opens the damaged files. A machine that does something else may take its
    /// time once, and not each time.
    #[expect(clippy::disallowed_methods, reason = "how long it takes is what is asked")]
    fn open(&self) -> (tempfile::TempDir, Outbox) {
        let name = &self.name;
        let mut took = Duration::ZERO;
        for _ in 0..OPENINGS {
            let folder = in_memory();
            let path = folder.path().join("outbox.db");
            self.damaged.write(&path);
            let begun = Instant::now();
            let opened = Outbox::open(&path, DEVICE, at(0));
            took = begun.elapsed();
            let outbox = opened.unwrap_or_else(|error| panic!("{name}: {error}: {error:?}"));
            if took < OPENS_WITHIN {
                return (folder, outbox);
            }
        }
        panic!("{name}: took {took:?}");
    }

    fn check(&self) {
        let name = &self.name;
        let (folder, mut outbox) = self.open();
        let path = folder.path().join("outbox.db");
        let salvaged = outbox.salvaged().cloned();
        if let Some(salvaged) = &salvaged {
            assert!(!salvaged.under_way && salvaged.files == 1, "{name}: {salvaged:?}");
            self.is_as_it_was(&salvaged.set_aside);
            let all = outbox.view().list(Filter::All, 10_000).unwrap();
            let numbers = all.iter().map(|entry| entry.sequence);
            assert!(numbers.eq(1..=all.len() as u64), "{name}: gap-free anew");
        }
        let sent = self.send_all(&mut outbox);
        self.nothing_is_missing(&outbox, &sent, salvaged.is_some());
        drop(outbox);
        let again = Outbox::open(&path, DEVICE, at(0)).unwrap();
        assert_eq!(again.salvaged(), None, "{name}: once is enough");
        assert_eq!(again.status(at(0)).unwrap().pending, 0, "{name}: nothing comes back");
    }

    /// In a file that is too large to be looked through at the start. What is met
    /// later makes it begin anew: then what went out goes out again.
    fn check_large(mut self) {
        self.name.push_str(", large");
        let large = LARGE_BYTES as usize;
        self.damaged.database.resize(large.max(self.damaged.database.len()), 0);
        let (name, (folder, mut outbox)) = (&self.name, self.open());
        let mut sent = BTreeMap::new();
        loop {
            let claimed = claim(&mut outbox, 500);
            conclude(&mut outbox, &claimed, &stored(&claimed));
            if claimed.is_empty() && !outbox.salvage_on(at(0)).unwrap() {
                break;
            }
            claimed.iter().for_each(|event| self.is_right(event));
            sent.extend(claimed.into_iter().map(|event| (event.event_id, event)));
        }
        self.nothing_is_missing(&outbox, &sent, false);
        drop(outbox);
        let path = folder.path().join("outbox.db");
        // Its owner left what SQLite counts as pages.
        enlarge(&path);
        let again = Outbox::open(&path, DEVICE, at(0)).unwrap();
        assert_eq!(again.salvaged(), None, "{name}: once is enough");
        assert_eq!(again.status(at(0)).unwrap().pending, 0, "{name}: nothing comes back");
    }

    fn is_as_it_was(&self, set_aside: &Path) {
        let now = Files::read(set_aside);
        let same = now.database == self.damaged.database && now.log == self.damaged.log;
        assert!(same, "{}: set aside byte for byte", self.name);
    }

    /// Sends everything; each event by its id.
    fn send_all(&self, outbox: &mut Outbox) -> BTreeMap<EventId, Claimed> {
        let name = &self.name;
        let mut sent = BTreeMap::new();
        while let claimed = claim(outbox, 500)
            && !claimed.is_empty()
        {
            conclude(outbox, &claimed, &stored(&claimed));
            for event in claimed {
                self.is_right(&event);
                let twice = sent.insert(event.event_id, event);
                assert!(twice.is_none(), "{name}: sent twice: {twice:?}");
            }
        }
        sent
    }

    /// What goes out is what was written, under its own number.
    fn is_right(&self, event: &Claimed) {
        let name = &self.name;
        match self.world.bodies.get(&event.event_id) {
            Some(written) => {
                let body = unnumbered(&event.body, event.sequence);
                assert_eq!(&body, written, "{name}: as it was written");
            }
            None => {
                let news = CloudEvent::parse(&serde_json::from_str(&event.body).unwrap()).unwrap();
                assert_eq!(news.sequence, Some(event.sequence), "{name}");
                assert_eq!(news.kind(), Some(Kind::SequenceGap), "{name}: {event:?}");
            }
        }
        let known = self.world.deleted.contains(&event.event_id)
            && self.world.remembers(event.event_id, &self.damaged);
        assert!(!known, "{name}: {} was deleted", event.event_id);
    }

    fn nothing_is_missing(
        &self,
        outbox: &Outbox,
        sent: &BTreeMap<EventId, Claimed>,
        salvaged: bool,
    ) {
        let name = &self.name;
        let refused = outbox.view().list(Filter::In(EntryState::Quarantined), 10_000).unwrap();
        let refused: BTreeSet<EventId> = refused.iter().map(|entry| entry.event_id).collect();
        // Only what was refused before may be so now: the others were to go out.
        let stays = |id: &EventId| refused.contains(id) && self.world.refused.contains(id);
        for id in self.world.intact(&self.damaged) {
            let is_there = sent.contains_key(&id) || stays(&id);
            assert!(is_there, "{name}: {} at {}", id, self.world.unsent[&id]);
        }
        if !salvaged {
            return;
        }
        let gaps: Vec<(u64, u64)> = sent.values().filter_map(|event| self.gap(event)).collect();
        let is_told = |old: &u64| gaps.iter().any(|(from, to)| (from..=to).contains(&old));
        let is_there = |id: &EventId| sent.contains_key(id) || refused.contains(id);
        for (id, old) in self.world.unsent.iter().chain(&self.world.sent) {
            let twice = is_there(id) && is_told(old);
            assert!(!twice, "{name}: {id} at {old} is here and told as lost");
        }
        for (id, old) in self.world.unsent.iter().filter(|_| self.is_missed) {
            assert!(is_there(id) || is_told(old), "{name}: nobody misses {id} at {old}");
        }
    }

    /// What the server is told of the old outbox.
    fn gap(&self, event: &Claimed) -> Option<(u64, u64)> {
        let parsed = CloudEvent::parse(&serde_json::from_str(&event.body).ok()?).ok()?;
        let gap = parsed.sequence_gap().ok()?;
        (gap.outbox == self.world.outbox).then_some((gap.from, gap.to))
    }
}

fn seeds(cases: u64, cases_long: u64) -> Range<u64> {
    let long = std::env::var_os("RINGSIDE_LONG").is_some();
    let asked = |name: &str| std::env::var(name).ok().and_then(|seed| seed.parse().ok());
    match asked("RINGSIDE_SEED") {
        Some(seed) => seed..seed + 1,
        None => asked("RINGSIDE_FIRST_SEED").unwrap_or(0)..if long { cases_long } else { cases },
    }
}

fn share(number: u64) {
    for seed in seeds(CASES, CASES_LONG).filter(|seed| seed % SHARES == number) {
        Case::of(seed).check();
        if seed % SAID_EVERY == number {
            say_how_far(&format!("share {number} of {SHARES}"), seed);
        }
    }
}

#[test]
fn whatever_is_damaged_every_intact_event_goes_out_once() {
    share(0);
}

#[test]
fn whatever_is_damaged_every_intact_event_goes_out_once_ii() {
    share(1);
}

#[test]
fn whatever_is_damaged_every_intact_event_goes_out_once_iii() {
    share(2);
}

#[test]
fn whatever_is_damaged_every_intact_event_goes_out_once_iv() {
    share(3);
}

#[test]
fn whatever_is_damaged_of_a_large_file_every_intact_event_goes_out() {
    for seed in seeds(CASES_LARGE, CASES_LARGE_LONG) {
        Case::of(seed).check_large();
        if seed % LARGE_SAID_EVERY == 0 {
            say_how_far("large", seed);
        }
    }
}

#[expect(clippy::print_stdout, reason = "a long run that somebody waits for")]
fn say_how_far(which: &str, seed: u64) {
    println!("{which}: every case up to seed {seed} holds");
}

#[test]
fn what_was_found_once_stays_mended() {
    for seed in FOUND {
        Case::of(seed).check();
    }
}

#[test]
fn a_folder_in_the_place_of_the_file_is_set_aside() {
    let folder = in_memory();
    let path: PathBuf = folder.path().join("outbox.db");
    std::fs::create_dir_all(path.join("something")).unwrap();
    let outbox = Outbox::open(&path, DEVICE, at(0)).unwrap();
    let salvaged = outbox.salvaged().unwrap();
    assert_eq!((salvaged.events, salvaged.unreadable), (0, 0));
    assert!(salvaged.set_aside.join("something").is_dir());
}
