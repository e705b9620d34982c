//! What leaves, and what is shown of it.

use event_model::{DeviceId, EventId, MatchKey, NamesKey, Origin, is_pseudonym};
use outbox::Outbox;
use uuid::Uuid;

use super::*;
use crate::{pipeline::tests::at, settings::Privacy};

const SERVER: &str = "https://ringside.example";

struct Installation {
    _folder: tempfile::TempDir,
    dir: DataDir,
    outbox: Outbox,
}

fn installation() -> Installation {
    let folder = tempfile::tempdir().unwrap();
    let dir = DataDir::open(Some(folder.path().to_owned())).unwrap();
    let outbox = Outbox::open(&dir.outbox(), DeviceId(Uuid::from_u128(1)), at(0)).unwrap();
    Installation { _folder: folder, dir, outbox }
}

impl Installation {
    fn with_key(self) -> Self {
        let mut identity = Identity::load_or_create(&self.dir).unwrap();
        let key = NamesKey::new([7; 32]);
        identity.keep(&self.dir, SERVER, "token", Some(&key)).unwrap();
        self
    }

    fn begin(&self, names: NamesSent) -> OutgoingNames {
        let settings = Settings::load_or_create(&self.dir).unwrap();
        settings.change_privacy(&self.dir, Privacy { names, ..settings.privacy }).unwrap();
        OutgoingNames::begin(&self.dir, SERVER, names, self.outbox.view()).unwrap()
    }

    fn leaves(&self, outgoing: &OutgoingNames, sequence: u64) -> String {
        outgoing.bodies(self.outbox.id(), &[kill(sequence)]).unwrap().remove(0)
    }
}

fn kill(sequence: u64) -> Claimed {
    let body = serde_json::json!({
        "specversion": "1.0", "id": "1", "source": "urn:x", "type": "ringside.kill.v1",
        "data": {"observer": "Ana", "actors": {"attacker": "Ana", "victim": "Ben"}},
    });
    Claimed {
        sequence,
        event_id: EventId(Uuid::from_u128(u128::from(sequence))),
        match_key: MatchKey::from_text("league:1"),
        origin: Origin::Live,
        body: body.to_string(),
    }
}

#[test]
fn another_players_name_leaves_as_a_pseudonym_and_the_own_as_it_is() {
    let installation = installation().with_key();
    let body = installation.leaves(&installation.begin(NamesSent::Pseudonyms), 1);
    let json: serde_json::Value = serde_json::from_str(&body).unwrap();
    assert_eq!(json["data"]["actors"]["attacker"], "Ana");
    assert!(is_pseudonym(json["data"]["actors"]["victim"].as_str().unwrap()), "{body}");
}

#[test]
fn nothing_leaves_before_the_servers_key_is_known() {
    let installation = installation();
    let outgoing = installation.begin(NamesSent::Pseudonyms);
    let claimed = [kill(1)];
    outgoing.bodies(installation.outbox.id(), &claimed).unwrap_err();
    let installation = installation.with_key();
    outgoing.bodies(installation.outbox.id(), &claimed).unwrap();
}

#[test]
fn what_left_with_real_names_leaves_so_again_after_a_turn_and_a_restart() {
    let installation = installation().with_key();
    let first = installation.leaves(&installation.begin(NamesSent::Real), 1);
    assert!(first.contains("Ben"));
    let turned = installation.begin(NamesSent::Pseudonyms);
    assert_eq!(installation.leaves(&turned, 1), first, "the answer to it was lost");
    assert!(!installation.leaves(&turned, 2).contains("Ben"), "it never left");
}

#[test]
fn what_is_shown_is_byte_for_byte_what_leaves() {
    let mut installation = installation().with_key();
    // Without a server that was begun with nobody could say which key.
    installation.outbox.set_server(SERVER).unwrap();
    for names in [NamesSent::Real, NamesSent::Pseudonyms, NamesSent::Real] {
        let outgoing = installation.begin(names);
        for sequence in [1, 2, 40] {
            let preview = Preview::of(&installation.dir, installation.outbox.view()).unwrap();
            let shown = preview.body(sequence, kill(sequence).body);
            assert_eq!(shown, installation.leaves(&outgoing, sequence), "{names:?} {sequence}");
        }
    }
}

#[test]
fn without_a_key_the_names_are_shown_as_unknown() {
    let installation = installation();
    let preview = Preview::of(&installation.dir, installation.outbox.view()).unwrap();
    let shown = preview.body(1, kill(1).body);
    assert!(shown.contains(UNKNOWN_PSEUDONYM) && !shown.contains("Ben"), "{shown}");
}
