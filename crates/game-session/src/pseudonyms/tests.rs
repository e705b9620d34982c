//! Whose names go, and what stays.

use event_model::Channel;
use serde_json::json;

use super::*;

/// These bodies without their names, and the names.
fn redacted(source: Source, bodies: &[Value]) -> (Vec<Value>, Vec<String>) {
    let mut names = Names::of(source).unwrap();
    let frames: Vec<_> =
        bodies.iter().map(|body| Frame::new(Channel::Http, body.to_string())).collect();
    frames.iter().for_each(|frame| names.learn(frame));
    let found = names.iter().map(str::to_owned).collect();
    let pseudonyms = names.pseudonyms();
    let put = |mut frame: Frame| {
        assert_eq!(pseudonyms.put_on(&mut frame), PutOn::Replaced);
        serde_json::from_slice(&frame.body).unwrap()
    };
    (frames.into_iter().map(put).collect(), found)
}

#[test]
fn a_player_of_counter_strike_is_called_the_same_everywhere() {
    let ana = "76561198000000001";
    let (bodies, _) = redacted(
        Source::Cs2,
        &[
            json!({ "provider": { "steamid": ana }, "player": { "steamid": ana, "name": "Ana" } }),
            json!({ "allplayers": { ana: { "name": "Ana", "clan": "rats" } },
                    "previously": { "player": { "name": "Ana" } },
                    "bomb": { "player": ana } }),
        ],
    );
    let one = "76561190000000001";
    assert_eq!(bodies[0]["player"], json!({ "steamid": one, "name": "Player 1" }));
    assert_eq!(bodies[0]["provider"]["steamid"], one);
    assert_eq!(bodies[1]["allplayers"][one], json!({ "name": "Player 1", "clan": "Clan 1" }));
    assert_eq!(bodies[1]["previously"]["player"]["name"], "Player 1");
    assert_eq!(bodies[1]["bomb"]["player"], one);
}

#[test]
fn a_player_who_is_called_like_a_word_of_the_games_changes_no_word() {
    let body = json!({
        "player": { "name": "live", "team": "CT", "weapons": { "weapon_0": { "name": "weapon_ak47" } } },
        "map": { "phase": "live", "name": "de_mirage", "mode": "competitive" },
        "round": { "phase": "live" },
    });
    let (bodies, _) = redacted(Source::Cs2, std::slice::from_ref(&body));
    let mut expected = body;
    expected["player"]["name"] = "Player 1".into();
    assert_eq!(bodies[0], expected);
}

#[test]
fn names_of_league_stay_apart_from_turrets_and_keep_their_tags() {
    let (bodies, _) = redacted(
        Source::League,
        &[json!({
            "activePlayer": { "riotId": "Ana#EUW" },
            "allPlayers": [
                { "riotId": "Ana#EUW", "riotIdGameName": "Ana", "riotIdTagLine": "EUW",
                  "summonerName": "Ana#EUW", "championName": "Ahri" },
                { "riotId": "Ahri#EUW", "riotIdGameName": "Ahri", "championName": "Ahri" },
            ],
            "events": { "Events": [{ "EventName": "ChampionKill", "KillerName": "Turret_T2_L_03_A",
                "VictimName": "Ana", "Assisters": ["Ahri"] }] },
        })],
    );
    let players = &bodies[0]["allPlayers"];
    assert_eq!(players[0]["riotId"], "Player 1#T1");
    assert_eq!(players[0]["summonerName"], "Player 1#T1");
    assert_eq!(players[1]["riotId"], "Player 2#T1");
    assert_eq!(players[1]["championName"], "Ahri", "a champion is no player");
    let event = &bodies[0]["events"]["Events"][0];
    assert_eq!(
        (&event["KillerName"], &event["VictimName"], &event["Assisters"][0]),
        (&json!("Turret_T2_L_03_A"), &json!("Player 1"), &json!("Player 2"))
    );
}

#[test]
fn nobody_gets_the_name_of_another() {
    let player = |name: &str| json!({ "player": { "name": name } });
    let (bodies, names) = redacted(Source::Cs2, &[player("Ana"), player("player 1"), player("Bo")]);
    let given: BTreeSet<_> =
        bodies.iter().map(|body| body["player"]["name"].as_str().unwrap().to_owned()).collect();
    assert_eq!(given.len(), 3, "{given:?}");
    assert!(names.iter().all(|name| !given.iter().any(|new| new.eq_ignore_ascii_case(name))));
}

#[test]
fn a_name_in_a_place_that_nobody_knows_goes_too() {
    let (bodies, _) = redacted(
        Source::Cs2,
        &[json!({ "player": { "name": "Ana" }, "new_block": { "by": "Ana (CT)", "Ana 2": "x" },
                  "map": { "phase": "live" } })],
    );
    assert_eq!(bodies[0]["new_block"], json!({ "by": "Player 1 (CT)", "Player 1 2": "x" }));
}

#[test]
fn what_is_no_document_is_emptied() {
    let mut frame = Frame::new(Channel::Http, "Ana says: hello");
    let pseudonyms = Names::of(Source::Cs2).unwrap().pseudonyms();
    assert_eq!(pseudonyms.put_on(&mut frame), PutOn::Emptied);
    assert!(frame.body.is_empty());
}

#[test]
fn a_persons_note_loses_the_names_in_it() {
    let mut names = Names::of(Source::Cs2).unwrap();
    for name in ["Ana", "Anabel"] {
        let body = json!({ "player": { "name": name } }).to_string();
        names.learn(&Frame::new(Channel::Http, body));
    }
    assert_eq!(
        names.pseudonyms().in_text("Anabel killed Ana's bot"),
        "Player 2 killed Player 1's bot"
    );
}

#[test]
fn dotas_names_go_and_its_words_and_numbers_stay() {
    let entry = r#"{"type":"CHAT_MESSAGE_HERO_KILL","playerid1":5,"time":149.2}"#;
    let frame = json!({
        "provider": {"name": "Dota 2", "appid": 570},
        "map": {"name": "start", "matchid": "8123456789", "game_state": "time"},
        "player": {
            "team2": {"player0": {"name": "time", "accountid": "86745912", "team_name": "radiant"}},
            "team3": {"player5": {"name": "Bo", "steamid": "76561198047011640", "kills": 2}},
        },
        "events": [
            {"event_type": "generic_event", "game_time": 149, "data": entry},
            {"event_type": "chat_message", "message": "my phone is 555, time"},
        ],
        "previously": {"player": {"name": "Bo"}},
    });
    let (redacted, found) = redacted(Source::Dota2, std::slice::from_ref(&frame));
    assert_eq!(found, ["time", "Bo", "86745912", "76561198047011640"]);
    let text = redacted[0].to_string();
    for gone in ["Bo", "86745912", "76561198047011640", "555"] {
        assert!(!text.contains(gone), "{gone} in {text}");
    }
    assert_eq!(redacted[0]["map"], frame["map"], "a player called so changes no word");
    assert_eq!(redacted[0]["events"][0], frame["events"][0]);
    assert_eq!(redacted[0]["player"]["team3"]["player5"]["name"], "Player 2");
    assert_eq!(redacted[0]["previously"]["player"]["name"], "Player 2");
}

#[test]
fn rocket_leagues_names_go_from_within_the_text_and_an_account_keeps_its_platform() {
    let message = |event: &str, data: Value| json!({ "Event": event, "Data": data.to_string() });
    let state = json!({
        "MatchGuid": "1F7E", "Players": [
            {"Name": "Ana", "PrimaryId": "Steam|76561197960409023|0", "Goals": 1},
            {"Name": "Bot", "PrimaryId": "Unknown|0|0"},
        ],
        "Game": {"Teams": [{"Name": "Our Club", "Score": 1}], "Winner": "Our Club", "Arena": "cs_p"},
    });
    let feat = json!({"EventName": "Save", "MainTarget": {"Name": "Ana", "Shortcut": 1}});
    let messages = [message("UpdateState", state), message("StatfeedEvent", feat)];
    let (redacted, found) = redacted(Source::RocketLeague, &messages);
    assert_eq!(found, ["Ana", "Bot", "76561197960409023", "Our Club"]);
    let data = |message: &Value| -> Value {
        serde_json::from_str(message["Data"].as_str().unwrap()).unwrap()
    };
    let state = data(&redacted[0]);
    assert_eq!(state["Players"][0]["Name"], "Player 1");
    assert_eq!(state["Players"][0]["PrimaryId"], "Steam|76561190000000001|0");
    assert_eq!(state["Players"][1]["PrimaryId"], "Unknown|0|0", "every bot's");
    assert_eq!(state["Game"]["Winner"], state["Game"]["Teams"][0]["Name"]);
    assert_eq!((&state["Game"]["Arena"], &state["MatchGuid"]), (&json!("cs_p"), &json!("1F7E")));
    assert_eq!(data(&redacted[1])["MainTarget"]["Name"], "Player 1");
    assert_eq!(data(&redacted[1])["EventName"], "Save");
}

#[test]
fn a_player_of_valorant_is_called_the_same_on_the_board_and_in_the_feed() {
    let row = json!({ "name": "Jörg  #EU", "player_id": "puuid-1", "character": "Wushu" });
    let feed = json!({ "attacker": "Jörg ", "victim": "Jett", "weapon": "TX_Hud_Volcano" });
    let info = |key: &str, value: Value| json!({ "payload": { "info": { "match_info": { key: value } } } });
    let bodies = [
        info("scoreboard_0", row.to_string().into()),
        info("kill_feed", feed.to_string().into()),
        json!({ "payload": { "events": [{ "name": "kill_feed", "data": feed.to_string() }] } }),
        json!({ "payload": { "category": "me", "key": "player_id", "value": "puuid-1" } }),
        json!({ "payload": { "info": { "me": { "player_name": "J%C3%B6rg" } } } }),
        info("round_phase", "combat".into()),
        info("roster_1", "%7B%22name%22%3A%22Bo%20%23EU%22%7D".into()),
    ];
    let (bodies, found) = redacted(Source::Overwolf, &bodies);
    assert!(found.contains(&"Jörg ".to_owned()) && found.contains(&"Bo".to_owned()), "{found:?}");
    let within =
        |value: &Value| -> Value { serde_json::from_str(value.as_str().unwrap()).unwrap() };
    let info = |at: usize, key: &str| bodies[at]["payload"]["info"]["match_info"][key].clone();
    let row = within(&info(0, "scoreboard_0"));
    assert_eq!((&row["name"], &row["character"]), (&json!("Player 1 #T1"), &json!("Wushu")));
    let expected = json!({ "attacker": "Player 1", "victim": "Jett", "weapon": "TX_Hud_Volcano" });
    assert_eq!(within(&info(1, "kill_feed")), expected, "an agent stands for who hides the name");
    let event = &bodies[2]["payload"]["events"][0];
    assert_eq!((&event["name"], within(&event["data"])), (&json!("kill_feed"), expected));
    assert_eq!(bodies[3]["payload"]["value"], row["player_id"]);
    assert_eq!(info(5, "round_phase"), "combat");
    assert!(info(6, "roster_1").as_str().unwrap().contains("Player"));
    assert!(!bodies.iter().any(|body| body.to_string().contains("J\u{f6}rg")));
}

#[test]
fn what_a_commander_called_a_ship_a_loadout_or_a_carrier_goes() {
    let lines = [
        json!({"event": "SuitLoadout", "LoadoutName": "Ana's kit", "SuitName": "tacticalsuit"}),
        json!({"event": "StoredShips", "ShipsHere": [{"ShipType": "krait", "Name": "ANAS OWN"}],
            "ShipsRemote": [{"ShipType": "eagle", "Name": "BOS OWN"}], "StationName": "Port"}),
        json!({"event": "SquadronStartup", "CurrentRankName": "Friends of Ana"}),
        json!({"event": "FSSSignalDiscovered", "SignalName": "ANAS HOME Q3F-9XZ",
            "SignalType": "FleetCarrier", "IsStation": true}),
        json!({"event": "Docked", "StationName": "Q3F-9XY", "StationType": "FleetCarrier"}),
        json!({"event": "FSSSignalDiscovered", "SignalName": "Jameson Memorial",
            "SignalType": "StationCoriolis", "IsStation": true}),
    ];
    let (lines, _) = redacted(Source::Elite, &lines);
    for name in ["Ana", "ANAS", "BOS", "Q3F"] {
        assert!(lines.iter().all(|line| !line.to_string().contains(name)), "{name}: {lines:?}");
    }
    assert_eq!(lines[0]["SuitName"], "tacticalsuit");
    assert_eq!(lines[1]["ShipsHere"][0]["ShipType"], "krait");
    assert_eq!(lines[1]["StationName"], "Port");
    assert_eq!(lines[5]["SignalName"], "Jameson Memorial");
}

#[test]
fn elites_commanders_go_and_what_they_wrote_and_its_words_stay() {
    let lines = [
        json!({"event": "Commander", "FID": "F2290564", "Name": "Ana"}),
        json!({"event": "Docked", "Name": "Mission_Courier", "StationName": "Port Ana"}),
        json!({"event": "Bounty", "PilotName": "$npc_name_decorate:#name=Vitus;",
            "PilotName_Localised": "Vitus", "Target": "viper"}),
        json!({"event": "Died", "Killers": [{"Name": "Cmdr Cleo", "Ship": "eagle"}]}),
        json!({"event": "ReceiveText", "From": "Dan", "Message": "meet me in Sol"}),
        json!({"event": "MissionRedirected", "LocalisedName": "$x:#commanderName=Ana;"}),
        json!({"event": "Loadout", "ShipName": "The Ana", "Ship": "krait"}),
    ];
    let (lines, found) = redacted(Source::Elite, &lines);
    for name in ["Ana", "Vitus", "Cmdr Cleo", "Dan", "F2290564"] {
        assert!(found.iter().any(|found| found == name), "{name}");
        assert!(lines.iter().all(|line| !line.to_string().contains(name)), "{name}: {lines:?}");
    }
    assert_eq!(
        (&lines[1]["Name"], &lines[2]["Target"]),
        (&json!("Mission_Courier"), &json!("viper"))
    );
    assert_eq!((&lines[4]["Message"], &lines[6]["ShipName"]), (&json!(""), &json!("")));
    assert_eq!(lines[0]["Name"], lines[1]["StationName"].as_str().unwrap()[5..]);
}

#[test]
fn the_league_clients_answer_keeps_what_goes_on_and_the_number_of_the_match() {
    let of = |body: &str| {
        let mut frame = Frame::new(Channel::Poll, body);
        frame.path = Some(crate::LEAGUE_CLIENT_PATH.to_owned());
        let mut names = Names::of(Source::League).unwrap();
        names.learn(&frame);
        let put = names.pseudonyms().put_on(&mut frame);
        (put, String::from_utf8(frame.body).unwrap())
    };
    let whole = r#"{"phase":"InProgress","gameData":{"gameId":7,"gameName":"Ana's game",
        "teamOne":[{"puuid":"e3b0","summonerName":"Ana"}]}}"#;
    let kept = r#"{"phase":"InProgress","gameData":{"gameId":7}}"#;
    assert_eq!(of(whole), (PutOn::Replaced, kept.to_owned()));
    assert_eq!(of(r#"{"phase":"Ana"}"#), (PutOn::Emptied, String::new()));
}
