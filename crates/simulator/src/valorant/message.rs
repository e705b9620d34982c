//! What Overwolf tells of the plot, as our page sends it.

use event_model::WallTime;
use serde_json::{Map, Value, json};

use super::{
    GepMessage, ValorantClient, ValorantMatch,
    plot::{HALF_ROUNDS, TEAM, What},
};
use crate::{Prng, cast::Player, gsi_log::PROVIDER_EPOCH_S};

/// Overwolf's number of the game.
const VALORANT: u32 = 21_640;

/// Names in the game's files, one for each seat: with what the feed's pictures say.
const AGENTS: [(&str, &str); 10] = [
    ("Thorne", "Sage"),
    ("Wushu", "Jett"),
    ("Clay", "Raze"),
    ("Vampire", "Reyna"),
    ("Gumshoe", "Cypher"),
    ("Sarge", "Brimstone"),
    ("Thorne", "Sage"),
    ("Wushu", "Jett"),
    ("Hunter", "Sova"),
    ("Wraith", "Omen"),
];

/// The account of a seat: the same on every PC.
pub(super) fn account(seat: usize) -> String {
    format!("00000000-aaaa-4000-8000-{seat:012}")
}

/// What the scoreboard calls a player.
pub(super) fn board_name(player: &Player) -> String {
    format!("{} #{}", player.name, player.tag)
}

/// Everything that the page of a client sends.
pub(super) fn all(of: &ValorantMatch, client: &ValorantClient) -> Vec<GepMessage> {
    let mut screen = Screen {
        of,
        client,
        prng: Prng::new(client.seed, "valorant overwolf"),
        deaths: vec![0; of.players.len()],
        alive: vec![true; of.players.len()],
        last_feed: None,
        told: Vec::new(),
    };
    screen.opens();
    for index in 0..of.rounds.len() {
        screen.round(index);
    }
    screen.closes();
    screen.numbered()
}

struct Screen<'m> {
    of: &'m ValorantMatch,
    client: &'m ValorantClient,
    prng: Prng,
    deaths: Vec<u64>,
    alive: Vec<bool>,
    /// Overwolf tells no value that has not changed.
    last_feed: Option<String>,
    told: Vec<(u64, Say)>,
}

/// What the page is told.
enum Say {
    Event(&'static str, Value),
    Info(&'static str, Map<String, Value>),
    /// The page starts again, and asks how everything stands.
    Restart(Value),
}

impl Screen<'_> {
    fn opens(&mut self) {
        let own = self.client.seat;
        self.say(0, Say::Info("me", members([("player_id", account(own).into())])));
        self.event(300, "match_start", "".into());
        self.info(400, "map", "Ascent".into());
        self.info(400, "game_mode", json!({"mode": "bomb", "custom": false}).to_string().into());
        // Values of the last match end one by one.
        self.info(450, "match_id", Value::Null);
        for seat in 0..self.of.players.len() {
            self.row(500, seat);
        }
        let late = self.prng.between(900, 9_000);
        self.info(late, "match_id", self.of.match_id.clone().into());
    }

    fn round(&mut self, index: usize) {
        let round = self.of.rounds[index].clone();
        let attacks = (self.client.seat < TEAM) == (round.number <= HALF_ROUNDS);
        self.info(round.shopping_ms, "round_number", round.number.to_string().into());
        let side = if attacks { "attack" } else { "defense" };
        self.info(round.shopping_ms, "team", side.into());
        self.info(round.shopping_ms, "round_phase", "shopping".into());
        self.alive.fill(true);
        for seat in 0..self.of.players.len() {
            self.row(round.shopping_ms + 2_500, seat);
        }
        if self.client.starts_again && index == 1 {
            self.restart(round.shopping_ms + 4_000, round.number, side);
        }
        self.info(round.combat_ms, "round_phase", "combat".into());
        for act in &round.acts {
            self.act(act.ms, act.what);
        }
        let won = self.score(index + 1);
        // The score is told before the end of the round as often as after it.
        let late = self.prng.between(0, 800);
        self.info(round.ends_ms + late, "score", won.to_string().into());
        self.info(round.ends_ms + 400, "round_phase", "end".into());
    }

    fn act(&mut self, ms: u64, what: What) {
        match what {
            What::Kill { killer, victim, helper, headshot, deaths } => {
                let feed = self.feed(killer, victim, helper, headshot);
                self.event(ms, "kill_feed", feed.as_str().into());
                if self.last_feed.as_ref() != Some(&feed) {
                    self.info(ms, "kill_feed", feed.as_str().into());
                    self.last_feed = Some(feed);
                }
                self.deaths[victim] = deaths;
                self.alive[victim] = false;
                let late = self.prng.between(0, 1_400);
                self.row(ms + late, victim);
            }
            What::Revive(seat) => {
                self.alive[seat] = true;
                self.row(ms, seat);
            }
            What::Planted => self.event(ms, "spike_planted", Value::Null),
            What::Defused => self.event(ms, "spike_defused", "".into()),
            What::Detonated => self.event(ms, "spike_detonated", "".into()),
        }
    }

    fn closes(&mut self) {
        let end_ms = self.of.rounds.last().map_or(0, |round| round.ends_ms) + 1_500;
        self.info(end_ms, "round_phase", "game_end".into());
        self.info(end_ms + 200, "match_outcome", "victory".into());
        self.event(end_ms + 400, "match_end", "".into());
        self.say(end_ms + 5_000, Say::Info("game_info", members([("scene", "MainMenu".into())])));
    }

    /// Overwolf's app dies and comes back while everybody buys.
    fn restart(&mut self, ms: u64, round: u32, side: &str) {
        let rows = (0..self.of.players.len())
            .map(|seat| (format!("scoreboard_{seat}"), Value::from(self.row_of(seat))));
        let mut info: Map<String, Value> = rows.collect();
        info.insert("match_id".to_owned(), self.of.match_id.clone().into());
        info.insert("round_number".to_owned(), round.to_string().into());
        info.insert("round_phase".to_owned(), "shopping".into());
        info.insert("team".to_owned(), side.into());
        info.insert("kill_feed".to_owned(), self.last_feed.clone().into());
        let me = json!({"player_id": account(self.client.seat)});
        let all = json!({"success": true, "res": {"match_info": info, "me": me}});
        self.say(ms, Say::Restart(all));
    }

    fn row(&mut self, ms: u64, seat: usize) {
        let row = self.row_of(seat);
        self.say(
            ms,
            Say::Info("match_info", members([(&*format!("scoreboard_{seat}"), row.into())])),
        );
    }

    fn row_of(&self, seat: usize) -> String {
        json!({
            "name": board_name(&self.of.players[seat]), "player_id": account(seat),
            "character": AGENTS[seat].0, "team": seat / TEAM, "teammate": self.is_mate(seat),
            "alive": self.alive[seat], "kills": 0, "deaths": self.deaths[seat], "assists": 0,
            "money": 800, "shield": 0, "weapon": "", "spike": false, "ult_points": 0,
            "ult_max": 7, "is_local": seat == self.client.seat,
        })
        .to_string()
    }

    fn feed(&self, killer: usize, victim: usize, helper: Option<usize>, headshot: bool) -> String {
        let picture =
            helper.map_or_else(String::new, |seat| format!("TX_Killfeed_{}", AGENTS[seat].1));
        json!({
            "attacker": self.of.players[killer].name, "victim": self.of.players[victim].name,
            "is_attacker_teammate": self.is_mate(killer),
            "is_victim_teammate": self.is_mate(victim),
            "weapon": "TX_Hud_Volcano", "ult": "", "assist1": picture, "assist2": "",
            "assist3": "", "assist4": "", "headshot": headshot,
        })
        .to_string()
    }

    fn is_mate(&self, seat: usize) -> bool {
        (seat < TEAM) == (self.client.seat < TEAM)
    }

    /// As the client's own team sees it.
    fn score(&self, rounds: usize) -> Value {
        let played = &self.of.rounds[..rounds];
        let own = |first_wins: bool| first_wins == (self.client.seat < TEAM);
        let won = played.iter().filter(|round| own(round.first_wins)).count();
        json!({"won": won, "lost": rounds - won})
    }

    fn event(&mut self, ms: u64, name: &'static str, data: Value) {
        self.say(ms, Say::Event(name, data));
    }

    fn info(&mut self, ms: u64, key: &str, value: Value) {
        self.say(ms, Say::Info("match_info", members([(key, value)])));
    }

    fn say(&mut self, ms: u64, say: Say) {
        self.told.push((ms, say));
    }

    /// In the order of time, with the page's numbers.
    fn numbered(mut self) -> Vec<GepMessage> {
        self.told.sort_by_key(|(ms, _)| *ms);
        let (mut start, mut seq) = (1, 0);
        let mut messages = Vec::new();
        for (ms, say) in self.told {
            let (channel, payload) = match say {
                Say::Event(name, data) => {
                    ("onNewEvents", json!({"events": [{"name": name, "data": data}]}))
                }
                Say::Info(category, keys) => {
                    ("onInfoUpdates2", json!({"info": {category: keys}, "feature": category}))
                }
                Say::Restart(all) => {
                    start += 1;
                    seq = 0;
                    ("getInfo", all)
                }
            };
            seq += 1;
            let told = i64::try_from(ms).unwrap_or(0);
            let at = WallTime::from_unix_ms(PROVIDER_EPOCH_S * 1_000).plus_ms(told);
            let run = format!("{:016x}-{start}", self.client.seed);
            let body = json!({
                "run": run, "seq": seq, "at": at.to_string(), "channel": channel, "gameId": VALORANT,
                "payload": payload,
            });
            messages.push(GepMessage { ms, body: body.to_string() });
        }
        messages
    }
}

fn members<'k>(members: impl IntoIterator<Item = (&'k str, Value)>) -> Map<String, Value> {
    members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}
