//! What a report shares with others of the same happening.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use event_model::Kind;

use super::{Bucket, Half, Row, Unit, identity::Identities};
use crate::{Counter, EventKey, NameKey, Packed, Place, Rules, names::mix, packed::Whose};

/// Numbers places in canonical order and finds the counters.
pub(super) struct Keys<'a> {
    rules: &'a Rules,
    identities: &'a Identities,
    places: HashMap<u64, u32>,
    /// Ids that more than one witness sent: no counter says it more clearly.
    shared: BTreeSet<EventKey>,
}

/// Stands for what has no name of its own in a key.
const SCOPE: u64 = 1;
const ID: u64 = 2;
const NO_VICTIM: u64 = 3;

impl<'a> Keys<'a> {
    pub(super) fn new(rules: &'a Rules, identities: &'a Identities, rows: &[Row<'_>]) -> Self {
        let mut keys = Self { rules, identities, places: HashMap::new(), shared: shared(rows) };
        let all: BTreeSet<u64> = rows.iter().map(|row| keys.place(row.packed)).collect();
        keys.places = all.into_iter().zip(0..).collect();
        keys
    }

    pub(super) fn places(&self) -> usize {
        self.places.len()
    }

    pub(super) fn unit(&self, row: &Row<'_>) -> Unit {
        let packed = row.packed;
        Unit {
            no: row.no,
            key: packed.key,
            witness: row.witness,
            clock: 0,
            t: packed.t,
            x: packed.t,
            x_alt: packed.t,
            is_placed: false,
            landmark: 0,
            place: self.places[&self.place(packed)],
            rule: self.rules.rule(packed.kind),
            attacker: self.attacker(packed),
            victim: self.victim(packed),
            assists: packed.assists,
            round: packed.round,
            bucket: self.bucket(packed),
            half: self.half(packed),
            team: packed.team,
        }
    }

    fn attacker(&self, packed: &Packed) -> u64 {
        self.identities.who(packed.attacker, packed.account_ids[0])
    }

    fn victim(&self, packed: &Packed) -> u64 {
        self.identities.who(packed.victim, packed.account_ids[1])
    }

    /// What two reports of one happening must share.
    fn place(&self, packed: &Packed) -> u64 {
        let kind = kind_number(packed.kind);
        let (attacker, victim) = (self.attacker(packed), self.victim(packed));
        match self.rules.rule(packed.kind).place {
            Place::Victim if victim == 0 => mix(&[kind, NO_VICTIM, attacker]),
            Place::Victim => mix(&[kind, victim]),
            Place::Attacker if packed.kind == Kind::MultiKill => {
                mix(&[kind, attacker, packed.object.0])
            }
            Place::Attacker => mix(&[kind, attacker]),
            Place::Object => mix(&[kind, packed.object.0, victim]),
            Place::Everything => mix(&[kind, packed.object.0, attacker, victim]),
            Place::Match | Place::Round => mix(&[kind, SCOPE]),
        }
    }

    fn bucket(&self, packed: &Packed) -> Option<Bucket> {
        let kind = kind_number(packed.kind);
        let fixed = |counter, value| Some(Bucket { counter, value, can_lag: false });
        match self.rules.rule(packed.kind).place {
            Place::Match => return fixed(mix(&[kind, SCOPE]), 0),
            Place::Round if packed.round > 0 && packed.is_native() => {
                return fixed(mix(&[kind, SCOPE]), u64::from(packed.round));
            }
            Place::Victim | Place::Attacker | Place::Object | Place::Everything | Place::Round => {}
        }
        if let Some(counter) = self.whose_counter(packed) {
            let value = packed.counter.value;
            return Some(Bucket { counter, value, can_lag: true });
        }
        let is_shared = self.shared.contains(&packed.key);
        if is_shared { fixed(id_counter(packed), 0) } else { None }
    }

    /// The counter of whoever it counts for.
    fn whose_counter(&self, packed: &Packed) -> Option<u64> {
        let Counter { of, .. } = packed.counter;
        let whose = match packed.whose() {
            Whose::Victim => self.victim(packed),
            Whose::Attacker => self.attacker(packed),
            Whose::Team => packed.team.0,
            Whose::Nobody => self.place(packed),
        };
        (packed.counter.is_some() && whose != 0)
            .then(|| mix(&[kind_number(packed.kind), of, whose]))
    }

    fn half(&self, packed: &Packed) -> Option<Half> {
        let sees_attacker = packed.kind == Kind::Kill && packed.victim == NameKey::NONE;
        let sees_victim = packed.kind == Kind::Death && packed.attacker == NameKey::NONE;
        match (self.rules.has_halves(), sees_attacker, sees_victim) {
            (true, true, _) => Some(Half::Attacker),
            (true, _, true) => Some(Half::Victim),
            _ => None,
        }
    }
}

/// Gives reports that may tell of the same one number: by the counter where
/// there is one, so that names do not matter there.
pub(super) fn number_landmarks(units: &mut [Unit]) -> usize {
    let of = |unit: &Unit| match unit.bucket {
        Some(bucket) => mix(&[bucket.counter, bucket.value]),
        None => mix(&[u64::from(unit.place), unit.attacker]),
    };
    let mut all: Vec<u64> = units.iter().map(of).collect();
    all.sort_unstable();
    all.dedup();
    for unit in units {
        let number = all.binary_search(&of(unit)).unwrap_or_default();
        unit.landmark = u32::try_from(number).expect("fewer landmarks than reports");
    }
    all.len()
}

fn shared(rows: &[Row<'_>]) -> BTreeSet<EventKey> {
    let mut witness: BTreeMap<EventKey, u16> = BTreeMap::new();
    let mut shared = BTreeSet::new();
    for row in rows {
        let first = *witness.entry(row.packed.key).or_insert(row.witness);
        if first != row.witness {
            shared.insert(row.packed.key);
        }
    }
    shared
}

/// The same id of another kind is another's invention.
fn id_counter(packed: &Packed) -> u64 {
    let EventKey(key) = packed.key;
    let part = |range: std::ops::Range<usize>| {
        let mut bytes = [0; 8];
        bytes.copy_from_slice(&key[range]);
        u64::from_be_bytes(bytes)
    };
    mix(&[ID, kind_number(packed.kind), part(0..8), part(8..16)])
}

fn kind_number(kind: Kind) -> u64 {
    let numbers = Kind::ALL.into_iter().zip(0..);
    numbers.into_iter().find(|(known, _)| *known == kind).map_or(u64::MAX, |(_, number)| number)
}
