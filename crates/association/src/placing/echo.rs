//! What one device told again before it can have happened again: nobody joins
//! the second, so that the two divide nobody.

use crate::{
    Packed,
    state::{
        MatchState,
        lives::{Live, LiveNo},
    },
};

/// Occurrences on either side that may hold what it told just before or after.
const BESIDE: usize = 6;

impl MatchState {
    /// Whether `no` holds only what its device told nearby of something else: of
    /// what others witness too, or first.
    pub(super) fn is_echo(&self, no: LiveNo) -> bool {
        let live = self.lives.get(no);
        let mut members = self.seats.members(live.head);
        let (Some(only), None) = (members.next(), members.next()) else { return false };
        let only = *self.packed(only);
        let again_ms = self.rules.rule(only.kind).again_ms;
        if live.scope.is_some() || again_ms == 0 {
            return false;
        }
        let reach = again_ms + self.rules.rule(only.kind).late_ms;
        let mut beside = self.lives.around(live.place, live.reference, (reach, reach), BESIDE);
        beside.any(|other| other != no && self.tells_first(self.lives.get(other), &only, again_ms))
    }

    /// Whether the device of `only` tells the same in `live` at the same instant,
    /// and others do too or it did first.
    fn tells_first(&self, live: &Live, only: &Packed, again_ms: i64) -> bool {
        let device = self.set.stream_of(only).device;
        let x = self.x_of(only);
        let is_alone = self.seats.members(live.head).nth(1).is_none();
        self.seats.members(live.head).map(|member| self.packed(member)).any(|told| {
            let told_at = self.x_of(told);
            self.set.stream_of(told).device == device
                && told.attacker == only.attacker
                && (told_at - x).abs() < again_ms
                // Of two at one instant a resolve puts the second with the others.
                && (!is_alone || (told_at, only.key) < (x, told.key))
        })
    }
}
