//! What a report shares with others of the same happening.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{Bucket, Half, Row, Unit, identity::Identities};
use crate::{
    EventKey, Packed, Rules,
    keys::{self, Meant, Numbered, Sides},
    names::mix,
};

/// Numbers places in canonical order and finds the counters.
pub(super) struct Keys<'a> {
    rules: &'a Rules,
    identities: &'a Identities,
    places: HashMap<u64, u32>,
    /// Ids that more than one witness sent: no counter says it more clearly.
    shared: BTreeSet<EventKey>,
}

/// Tells an id from a counter.
const ID: u64 = 2;

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
        let meant = self.meant(packed);
        Unit {
            no: row.no,
            key: packed.key,
            witness: row.witness,
            clock: 0,
            t: packed.t + row.slept,
            slept: row.slept,
            x: packed.t,
            x_alt: packed.t,
            is_placed: false,
            landmark: 0,
            place: self.places[&keys::place(self.rules, packed, meant)],
            rule: self.rules.rule(packed.kind),
            attacker: meant.attacker,
            victim: meant.victim,
            assists: packed.assists,
            round: packed.round,
            bucket: self.bucket(packed, meant),
            half: self.half(packed),
            team: packed.team,
        }
    }

    fn meant(&self, packed: &Packed) -> Meant {
        let who = |name, id| self.identities.who(name, id);
        Meant {
            attacker: who(packed.attacker, packed.account_ids[0]),
            victim: who(packed.victim, packed.account_ids[1]),
        }
    }

    /// What two reports of one happening must share.
    fn place(&self, packed: &Packed) -> u64 {
        keys::place(self.rules, packed, self.meant(packed))
    }

    fn bucket(&self, packed: &Packed, meant: Meant) -> Option<Bucket> {
        if let Some(numbered) = keys::numbered(self.rules, packed, meant) {
            let Numbered { counter, value, can_lag } = numbered;
            return Some(Bucket { counter, value, can_lag });
        }
        let is_shared = self.shared.contains(&packed.key);
        is_shared.then(|| Bucket { counter: id_counter(packed), value: 0, can_lag: false })
    }

    fn half(&self, packed: &Packed) -> Option<Half> {
        match keys::sides(self.rules, packed) {
            Sides::Both => None,
            Sides::Attacker => Some(Half::Attacker),
            Sides::Victim => Some(Half::Victim),
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
    mix(&[ID, keys::number(packed.kind), part(0..8), part(8..16)])
}
