//! The simulated VALORANT is told as Overwolf tells it, and what its messages show is
//! what its truth says.

use std::collections::BTreeSet;

use event_model::{Channel, Event, Kind, Source};
use serde_json::Value;
use simulator::{Length, ValorantClient, ValorantMatch};

use crate::{
    SEEDS,
    told::{Told, by_rules, by_truth, difference, told},
};

fn length() -> Length {
    Length::seconds(150)
}

fn of_client(play: &ValorantMatch, client: &ValorantClient, restarts: usize) -> Told {
    let messages = play.messages(client);
    let bodies = messages.iter().map(|message| message.body.as_str());
    told(Source::Overwolf, Channel::Http, bodies, restarts)
}

#[test]
fn the_rules_tell_of_every_client_what_its_truth_says() {
    for seed in SEEDS {
        let play = ValorantMatch::new(seed, length());
        let clients = play.clients(seed, 10);
        let client = clients[usize::try_from(seed).unwrap() % clients.len()];
        let (told, truth) = (of_client(&play, &client, 0), play.truth_of(&client));
        let difference = difference(&by_rules(&told.events), &by_truth(&truth.events));
        assert!(difference.is_empty(), "seed {seed}: {difference:#?}");
        assert_eq!(told.unreadable, 0);
        assert!(told.drift.is_empty(), "seed {seed}: {:?}", told.drift);
        let observer = Some(&truth.observer);
        assert!(told.events.iter().all(|event| event.data.observer.as_ref() == observer));
    }
}

fn numbered(events: &[Event]) -> BTreeSet<(Option<u32>, Option<String>, u64)> {
    let kills = events.iter().filter(|event| event.kind == Kind::Kill);
    kills
        .map(|event| {
            let data = &event.data;
            (data.round, data.actors.victim.clone(), data.ordinal.as_ref().unwrap().value)
        })
        .collect()
}

#[test]
fn everybody_numbers_the_same_deaths_as_the_truth_does() {
    for seed in 0..6 {
        let play = ValorantMatch::new(seed, length());
        let clients = play.clients(seed, 10);
        let truth = play.truth_of(&clients[0]).events;
        let kills = truth.into_iter().filter(|event| event.kind == Kind::Kill.as_str());
        let expected: BTreeSet<_> =
            kills.map(|kill| (kill.round, kill.victim, kill.ordinal.unwrap())).collect();
        for client in &clients {
            assert_eq!(numbered(&of_client(&play, client, 0).events), expected, "seed {seed}");
        }
    }
}

#[test]
fn a_restart_between_any_messages_changes_no_event() {
    for seed in 0..3 {
        let play = ValorantMatch::new(seed, length());
        let client = play.clients(seed, 1)[0];
        let whole = of_client(&play, &client, 0).events;
        assert_eq!(of_client(&play, &client, 7).events, whole, "seed {seed}");
    }
}

#[test]
fn the_matches_have_what_overwolf_gets_wrong() {
    let (mut revived, mut swallowed, mut late, mut again) = (0, 0, 0, 0);
    for seed in SEEDS {
        let play = ValorantMatch::new(seed, length());
        let client = play.clients(seed, 1)[0];
        let messages: Vec<Value> = play
            .messages(&client)
            .iter()
            .map(|message| serde_json::from_str(&message.body).unwrap())
            .collect();
        let feeds = |channel: &str| {
            let is_feed =
                |one: &&Value| one["channel"] == channel && one.to_string().contains("kill_feed");
            messages.iter().filter(is_feed).count()
        };
        swallowed += feeds("onNewEvents") - feeds("onInfoUpdates2");
        again += messages.iter().filter(|one| one["channel"] == "getInfo").count();
        let named = messages
            .iter()
            .position(|one| one["payload"]["info"]["match_info"]["match_id"].is_string());
        let begun = messages.iter().position(|one| one.to_string().contains("round_number"));
        late += usize::from(named > begun);
        let events = of_client(&play, &client, 0).events;
        let pairs = events.iter().filter(|event| event.kind == Kind::Kill);
        let pairs: Vec<_> = pairs.map(|kill| (kill.data.round, kill.data.actors.clone())).collect();
        let distinct: BTreeSet<_> = pairs.iter().map(|pair| format!("{pair:?}")).collect();
        revived += pairs.len() - distinct.len();
    }
    assert!(
        revived > 3 && swallowed > 0 && late > 3 && again > 3,
        "{revived} {swallowed} {late} {again}"
    );
}
