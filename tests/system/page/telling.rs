//! Devices of one match that tell a server what they saw, over its own interface.

use std::time::Duration;

use event_model::{BATCH_CONTENT_TYPE, WallTime};
use reqwest::blocking::Client;
use serde_json::{Value, json};
use system_tests::{ENROLMENT_KEY, Server};
use uuid::Uuid;

/// The match, by its native id.
pub(super) const KEY: &str = "valorant:5c0b2a6e-page";

/// What a fifth device calls it, which came without its id.
pub(super) const SESSION_KEY: &str = "valorant:session-page";

/// A name that would run, were it ever taken for anything but text.
pub(super) const HOSTILE: &str = r#"<img src=x onerror="document.title='taken'">"#;

const ACCOUNTS: [&str; 5] = ["Ana #EU", "Bo #EU", "Cy #EU", HOSTILE, "Di #EU"];
/// Those who know the match by its id.
const PLAYERS: usize = 4;

/// Between two kills: far beyond what anybody's report is late by.
const GAP_MS: u64 = 20_000;

/// Where the first kill stands on each device's own clock, and now.
const FIRST_MS: u64 = 90_000;
const NOW_MS: u64 = FIRST_MS + 600_000;

/// No device's date is right, and no two agree: only the ages of events count.
const WRONG_BY_MS: [i64; 5] = [-86_400_000, 3_000, 7_200_000, 0, 60_000];
const SOME_DATE_MS: i64 = 1_795_201_200_000;

/// Something that happened.
#[derive(Debug, Clone, Copy)]
pub(super) struct Kill(u32);

impl Kill {
    /// The kill of that number.
    pub(super) fn of(number: u32) -> Self {
        Self(number)
    }

    /// Which of the tellers saw it: all saw every fourth, three each of the others.
    pub(super) fn witnesses(self) -> impl Iterator<Item = usize> {
        let blind = match self.0 % 4 {
            0 => None,
            other => Some((other + self.0 / 4) % 4),
        };
        (0..PLAYERS).filter(move |teller| u32::try_from(*teller).ok() != blind)
    }

    fn attacker(self) -> usize {
        self.0 as usize % 4
    }

    fn victim(self) -> usize {
        (self.attacker() + 1) % 4
    }
}

/// One device, and the account through whose game it looks.
pub(super) struct Teller {
    number: usize,
    device: Uuid,
    token: String,
    client: Client,
}

/// One for each account, enrolled.
pub(super) fn tellers(server: &Server) -> Vec<Teller> {
    // reqwest is built without a provider and asks for one even where nothing is encrypted.
    rustls::crypto::ring::default_provider().install_default().ok();
    (0..PLAYERS).map(|number| Teller::enrol(server, number)).collect()
}

impl Teller {
    /// One more, who saw everything and knows the match by another key.
    pub(super) fn apart(server: &Server) -> Self {
        Self::enrol(server, PLAYERS)
    }

    fn enrol(server: &Server, number: usize) -> Self {
        let timeout = Duration::from_secs(30);
        let client = Client::builder().no_proxy().timeout(timeout).build().unwrap();
        let device = Uuid::from_u128(0x0e_0000 + number as u128);
        let body = json!({ "device": device, "name": "PC" });
        let request = client.post(format!("{}/v1/devices", server.url()));
        let reply = request.bearer_auth(ENROLMENT_KEY).json(&body).send().unwrap();
        let reply: Value = reply.error_for_status().unwrap().json().unwrap();
        Self { number, device, token: reply["token"].as_str().unwrap().to_owned(), client }
    }

    /// Tells of those that it saw, and has them stored.
    pub(super) fn tell(&self, server: &str, kills: &[Kill]) {
        let saw = |kill: &&Kill| {
            self.number == PLAYERS || kill.witnesses().any(|witness| witness == self.number)
        };
        let events: Vec<_> = kills.iter().filter(saw).map(|kill| self.event(*kill)).collect();
        self.send(server, &events);
    }

    /// Tells by what id others know its match.
    pub(super) fn tell_its_id(&self, server: &str, after: Kill) {
        let mut event = self.event(after);
        event["type"] = json!("ringside.session_evidence.v1");
        event["data"]["actors"] = json!({ "attacker": null, "victim": null, "assists": [] });
        event["data"]["ordinal"] = Value::Null;
        event["data"]["details"] = json!({ "match_id": KEY });
        self.send(server, &[event]);
    }

    /// Tells of a kill of the year 2106.
    pub(super) fn tell_of_another_year(&self, server: &str, kill: Kill) {
        let mut event = self.event(kill);
        event["time"] = json!("2106-02-07T06:28:15.000Z");
        // Of another boot: its age says nothing.
        event["data"]["observed"]["epoch"] = json!(Uuid::from_u128(0x0d_0000));
        self.send(server, &[event]);
    }

    fn send(&self, server: &str, events: &[Value]) {
        let request = self.client.post(format!("{server}/v1/events")).bearer_auth(&self.token);
        let request = request.header("Content-Type", BATCH_CONTENT_TYPE);
        let request = request.header("Ringside-Clock", format!("{};{NOW_MS}", self.epoch()));
        let reply = request.body(json!(events).to_string()).send().unwrap();
        let reply: Value = reply.error_for_status().unwrap().json().unwrap();
        let receipts = reply["receipts"].as_array().unwrap();
        assert_eq!(receipts.len(), events.len(), "{reply}");
        assert!(receipts.iter().all(|receipt| receipt["status"] == "stored"), "{reply}");
    }

    /// Asks for something that only its own address says.
    pub(super) fn post(&self, url: &str, token: &str) {
        self.client.post(url).bearer_auth(token).send().unwrap().error_for_status().unwrap();
    }

    /// Has all that it told of the match erased.
    pub(super) fn erase_all(&self, server: &str) {
        let url = format!("{server}/v1/matches/{KEY}/events");
        let reply = self.client.delete(url).bearer_auth(&self.token).send().unwrap();
        assert_eq!(reply.status(), 204);
    }

    fn epoch(&self) -> Uuid {
        Uuid::from_u128(0x0c_0000 + self.number as u128)
    }

    fn event(&self, Kill(number): Kill) -> Value {
        let kill = Kill(number);
        let late_ms = 40 * (self.number as u64 + 1);
        let (key, origin) =
            if self.number == PLAYERS { (SESSION_KEY, "session") } else { (KEY, "native") };
        let mono_ms = FIRST_MS + u64::from(number) * GAP_MS + late_ms;
        let wall = SOME_DATE_MS + i64::try_from(mono_ms).unwrap() + WRONG_BY_MS[self.number];
        json!({
            "specversion": "1.0", "id": self.event_id(number),
            "source": format!("urn:ringside:device:{}", self.device),
            "type": "ringside.kill.v1", "subject": key, "partitionkey": key,
            "time": WallTime::from_unix_ms(wall), "origin": "live",
            "sequence": (number + 1).to_string(), "sequencetype": "Integer",
            "datacontenttype": "application/json",
            "data": {
                "game": "valorant", "match": { "key": key, "origin": origin },
                "observer": ACCOUNTS[self.number],
                "actors": {
                    "attacker": ACCOUNTS[kill.attacker()], "victim": ACCOUNTS[kill.victim()],
                    "assists": [],
                },
                "round": number / 4 + 1,
                "ordinal": { "of": "victim deaths", "run": 0, "value": number / 4 + 1 },
                "identity": "native", "match_clock_ms": null,
                "observed": { "epoch": self.epoch(), "mono_ms": mono_ms }, "details": {},
            },
        })
    }

    /// Another for each observer, as a game without ids of its own gives.
    fn event_id(&self, number: u32) -> Uuid {
        let (observer, number) = (self.number as u128 + 1, u128::from(number) + 1);
        Uuid::from_u128(0x0000_0000_0000_8000_8000_0000_0000_0000 | (observer << 96) | number)
    }
}
