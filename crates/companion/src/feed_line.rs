//! An event as a line of the live feed.

use event_model::{Event, EventData, Moment, Source};
use live_view::{FeedLine, Saved};
use match_story::Said;

/// The line of an event that was just seen, and is not on disk yet.
pub(crate) fn feed_line(event: &Event, source: Source, at: Moment) -> FeedLine {
    let Said { named, streak, weapon, headshot } = Said::of(event.kind, &event.data);
    FeedLine {
        event_id: event.id.to_string(),
        source: source.as_str().to_owned(),
        match_key: event.subject().as_str().to_owned(),
        kind: event.kind.as_str().to_owned(),
        attacker: event.data.actors.attacker.clone(),
        victim: event.data.actors.victim.clone(),
        observer: event.data.observer.clone(),
        you: own_name(&event.data),
        round: event.data.round,
        match_clock_ms: event.data.match_clock_ms,
        named,
        streak,
        weapon,
        headshot,
        time: at.wall.to_string(),
        saved: Saved::NotSaved,
    }
}

/// What an event calls the player whose account it names: a label such as `player 3`, or
/// a name that others may have too.
fn own_name(data: &EventData) -> Option<String> {
    let (ids, own) = (data.actor_ids.as_ref()?, data.observer.as_ref()?);
    let is_own = |id: &Option<String>| id.as_ref() == Some(own);
    let actor = match (is_own(&ids.attacker), is_own(&ids.victim)) {
        (true, _) => &data.actors.attacker,
        (false, true) => &data.actors.victim,
        (false, false) => &None,
    };
    actor.clone()
}

#[cfg(test)]
mod tests {
    use event_model::{
        ActorIds, Actors, ClockEpoch, ClockReading, EventId, Game, Kind, MatchKey, MatchOrigin,
        MatchRef, WallTime,
    };
    use serde_json::{Value, json};
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_line_says_what_the_game_named_counted_and_armed() {
        let drake = line(Kind::ObjectiveTaken, json!({ "objective": "dragon" }));
        assert_eq!(drake.named.as_deref(), Some("dragon"));
        assert_eq!(line(Kind::MultiKill, json!({ "kill_streak": 4 })).streak, Some(4));
        let shot = line(Kind::Kill, json!({ "weapon": "weapon_ak47", "headshot": true }));
        assert_eq!((shot.weapon.as_deref(), shot.headshot), (Some("weapon_ak47"), Some(true)));
        assert_eq!(line(Kind::Kill, json!({ "name": "ChampionKill" })).named, None);
    }

    #[test]
    fn whoever_has_the_observers_account_is_the_player_whatever_they_are_called() {
        let (one, other) = (Some("7".to_owned()), Some("8".to_owned()));
        let label = |name: &str| Some(name.to_owned());
        for (attacker, victim, you) in [
            (&one, &other, label("player 3")),
            (&other, &one, label("player 5")),
            (&other, &None, None),
        ] {
            let ids = ActorIds {
                attacker: attacker.clone(),
                victim: victim.clone(),
                ..ActorIds::default()
            };
            let actors = Actors {
                attacker: label("player 3"),
                victim: label("player 5"),
                ..Actors::default()
            };
            let data = EventData { actors, actor_ids: Some(ids), ..observed_by("7") };
            assert_eq!(own_name(&data), you);
        }
        assert_eq!(own_name(&observed_by("7")), None, "no accounts, no telling");
    }

    fn observed_by(account: &str) -> EventData {
        let game = Game::league();
        let match_ref = MatchRef { key: MatchKey::native(&game, "1"), origin: MatchOrigin::Native };
        let observer = Some(account.to_owned());
        EventData { observer, ..EventData::of_match(game, match_ref) }
    }

    fn line(kind: Kind, details: Value) -> FeedLine {
        let (game, id) = (Game::league(), EventId(Uuid::nil()));
        let match_ref = MatchRef { key: MatchKey::native(&game, "1"), origin: MatchOrigin::Native };
        let Value::Object(details) = details else { panic!("details have names") };
        let details = details.into_iter().collect();
        let data = EventData { details, ..EventData::of_match(game, match_ref) };
        let at = Moment {
            wall: WallTime::from_unix_ms(0),
            clock: ClockReading { epoch: ClockEpoch(Uuid::nil()), mono_ms: 0 },
        };
        feed_line(&Event { id, kind, data }, Source::League, at)
    }
}
