//! Makes a match up, happening by happening.

use event_model::Kind;
use serde_json::{Value, json};

use super::{
    Dota2Match,
    course::Course,
    listed::{Happening, Says, SeenBy},
    player,
};
use crate::{
    Length, Prng, TrueEvent,
    cast::{PLAYERS, Player, cast},
};

/// Between two happenings, by how long the match is played.
const GAP_MS: (u64, u64) = (400, 9_000);

/// So many happenings a match has that is shorter than so many of the longest gaps.
const HAPPENINGS: u64 = 60;

/// A hero is dead for that long at least.
const DEAD_MS: u64 = 6_000;

/// Roshan comes back after eight minutes at the earliest.
const ROSHAN_MS: u64 = 480_000;

const PLACES: u8 = 10;

/// A match in the making.
struct Plot<'p> {
    prng: &'p mut Prng,
    happenings: Vec<Happening>,
    /// By the engine's clock.
    alive_from: [u64; PLAYERS],
    roshan_from: u64,
    was_blood: bool,
}

pub(super) fn make_up(prng: &mut Prng, length: Length) -> Dota2Match {
    let players = cast(prng);
    let accounts = players.iter().map(account).collect();
    let match_id = (8_000_000_000 + prng.below(900_000_000)).to_string();
    let course = Course::new(prng, length);
    let (begins, ends) = (course.engine_ms(course.running_ms), course.engine_ms(course.over_ms));
    let gap = ((ends - begins) / HAPPENINGS).clamp(GAP_MS.0, GAP_MS.1);
    let alive_from = [0; PLAYERS];
    let mut plot =
        Plot { prng, happenings: Vec::new(), alive_from, roshan_from: 0, was_blood: false };
    // The next frame after the last happening still shows it.
    let mut now = begins + plot.prng.between(100, gap);
    while now + 2_000 < ends {
        plot.happens(now);
        now += plot.prng.between(gap / 4, gap * 7 / 4);
    }
    let mut happenings = plot.happenings;
    happenings.sort_by_key(|happening| happening.engine_ms);
    Dota2Match { match_id, players, accounts, course, happenings }
}

fn account(player: &Player) -> u64 {
    let digits = player.steam_id.bytes().fold(0_u64, |number, digit| {
        (number * 10 + u64::from(digit.saturating_sub(b'0'))) % 900_000_000
    });
    100_000_000 + digits
}

impl Plot<'_> {
    fn happens(&mut self, now: u64) {
        match self.prng.below(100) {
            0..55 => self.kills(now),
            55..60 => self.death_by_the_map(now),
            60..63 => self.roshan(now),
            63..70 => self.bounty(now),
            70..76 => self.generic(now, "CHAT_MESSAGE_TOWER_KILL"),
            76..80 => self.generic(now, "CHAT_MESSAGE_BUYBACK"),
            80..83 => self.generic(now, "CHAT_MESSAGE_GLYPH_USED"),
            83..90 => self.purchase(now),
            90..94 => self.tips(now),
            94..97 => self.plainly(now, "courier_killed", json!({ "killing_team": "dire" })),
            _ => self.chat(now),
        }
    }

    /// One kill; at times a second one in the same second, or a third.
    fn kills(&mut self, now: u64) {
        let killer = self.place();
        let count = match self.prng.below(100) {
            0..70 => 1,
            70..92 => 2,
            _ => 3,
        };
        let second_ends = now - now % 1_000 + 999;
        let mut at = now;
        for _ in 0..count {
            let Some(victim) = self.living_enemy_of(killer, at) else { return };
            self.kill(at, victim, Some(killer));
            at = (at + self.prng.below(300)).min(second_ends);
        }
    }

    fn death_by_the_map(&mut self, now: u64) {
        let anybody = self.place();
        if let Some(victim) = self.living_enemy_of(anybody, now) {
            self.kill(now, victim, None);
        }
    }

    fn kill(&mut self, now: u64, victim: u8, killer: Option<u8>) {
        self.alive_from[usize::from(victim)] = now + DEAD_MS + self.prng.below(20_000);
        let ids = json!({
            "value": 150 + self.prng.below(400),
            "playerid1": victim, "playerid2": killer.map_or(-1, i64::from), "playerid3": -1,
            "playerid4": -1, "playerid5": -1, "playerid6": -1, "value2": 0, "value3": 0,
        });
        let truth = |kind| TrueEvent {
            attacker: killer.map(player),
            victim: Some(player(victim)),
            match_clock_ms: Some(now),
            ..TrueEvent::of(kind)
        };
        let says = Says::Generic("CHAT_MESSAGE_HERO_KILL", ids.clone());
        self.add(now, says, SeenBy::Everybody, Some(truth(Kind::Kill)));
        if killer.is_some() && !self.was_blood {
            self.was_blood = true;
            let says = Says::Generic("CHAT_MESSAGE_FIRSTBLOOD", ids);
            self.add(now, says, SeenBy::Everybody, Some(truth(Kind::FirstBlood)));
        }
    }

    fn roshan(&mut self, now: u64) {
        if now < self.roshan_from {
            return;
        }
        self.roshan_from = now + ROSHAN_MS;
        let killer = self.place();
        let team = if killer < PLACES / 2 { "radiant" } else { "dire" };
        let members = json!({ "killed_by_team": team, "killer_player_id": killer });
        let second = now - now % 1_000;
        let truth = TrueEvent {
            attacker: Some(player(killer)),
            match_clock_ms: Some(second),
            ..TrueEvent::of(Kind::ObjectiveTaken)
        };
        self.add(now, Says::Plainly("roshan_killed", members), SeenBy::Everybody, Some(truth));
        let members = json!({ "player_id": killer, "snatched": false });
        self.plainly(now, "aegis_picked_up", members);
    }

    fn bounty(&mut self, now: u64) {
        let place = self.place();
        let value = 40 + self.prng.below(200);
        let members = json!({ "player_id": place, "team": "dire", "bounty_value": value });
        self.plainly(now, "bounty_rune_pickup", members);
    }

    /// At times the same player tips the same one twice in one second.
    fn tips(&mut self, now: u64) {
        let (sender, receiver) = (self.place(), self.place());
        let members = json!({
            "sender_player_id": sender, "receiver_player_id": receiver, "tip_amount": 50,
        });
        for _ in 0..=u8::from(self.prng.percent(40)) {
            self.plainly(now, "tip", members.clone());
        }
    }

    fn purchase(&mut self, now: u64) {
        let place = self.place();
        let (name, ids) = ("CHAT_MESSAGE_ITEM_PURCHASE", self.ids(place));
        let truth = TrueEvent {
            name: Some(name.to_owned()),
            match_clock_ms: Some(now),
            ..TrueEvent::of(Kind::Other)
        };
        self.add(now, Says::Generic(name, ids), SeenBy::TeamOf(place), Some(truth));
    }

    fn generic(&mut self, now: u64, name: &'static str) {
        let place = self.place();
        let ids = self.ids(place);
        let truth = TrueEvent {
            name: Some(name.to_owned()),
            match_clock_ms: Some(now),
            ..TrueEvent::of(Kind::Other)
        };
        self.add(now, Says::Generic(name, ids), SeenBy::Everybody, Some(truth));
    }

    fn ids(&mut self, place: u8) -> Value {
        json!({
            "value": self.prng.below(5_000), "playerid1": place, "playerid2": -1,
            "playerid3": -1, "value2": 0, "value3": 0,
        })
    }

    fn plainly(&mut self, now: u64, name: &'static str, members: Value) {
        let truth = TrueEvent {
            name: Some(name.to_owned()),
            match_clock_ms: Some(now - now % 1_000),
            ..TrueEvent::of(Kind::Other)
        };
        self.add(now, Says::Plainly(name, members), SeenBy::Everybody, Some(truth));
    }

    /// Nobody's event, and nobody else's business.
    fn chat(&mut self, now: u64) {
        let place = self.place();
        let members = json!({ "player_id": place, "channel_type": 11, "message": "gg" });
        self.add(now, Says::Plainly("chat_message", members), SeenBy::Everybody, None);
    }

    fn add(&mut self, engine_ms: u64, says: Says, seen_by: SeenBy, truth: Option<TrueEvent>) {
        self.happenings.push(Happening { engine_ms, says, seen_by, truth });
    }

    fn place(&mut self) -> u8 {
        u8::try_from(self.prng.below(u64::from(PLACES))).unwrap_or_default()
    }

    fn living_enemy_of(&mut self, place: u8, now: u64) -> Option<u8> {
        let is_enemy = |other: &u8| (*other < PLACES / 2) != (place < PLACES / 2);
        let alive = |other: &u8| self.alive_from[usize::from(*other)] <= now;
        let living: Vec<u8> = (0..PLACES).filter(is_enemy).filter(alive).collect();
        self.prng.pick(&living).copied()
    }
}
