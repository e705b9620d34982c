//! Where names stand in the lines of a Power.log.
//!
//! A line is keys with values, `Entity=Ana#1234 tag=TURN value=1`, and a value may be a
//! list of its own in brackets. A player's name is a whole value, of a key that players
//! and things share; an account is a number within one.

use std::ops::Range;

use super::Kind;

/// Keys whose value may be a player's name.
const OF_PLAYERS: [&str; 9] = [
    "Entity",
    "Player",
    "PlayerName",
    "Source",
    "Target",
    "entity",
    "mainEntity",
    "m_source",
    "selectedTarget",
];

/// Keys of lists, `Info[0] = …`.
const OF_LISTS: [&str; 3] = ["Info", "Targets", "Entities"];

/// Values of such keys that are no names.
const NO_NAMES: [&str; 5] = ["GameEntity", "UNKNOWN HUMAN PLAYER", "(null)", "redacted", ""];

/// What stands before an account's number.
const ACCOUNT: &str = "GameAccountId=[hi=";

/// The places of names and accounts in a line, from its start to its end.
pub(super) fn places(line: &str) -> Vec<(Kind, Range<usize>)> {
    let mut found: Vec<_> = account(line).into_iter().collect();
    let keys = keys(line);
    for (index, key) in keys.iter().enumerate() {
        let end = keys.get(index + 1).map_or(line.len(), |next| next.start);
        let text = &line[key.end..end];
        let value = text.trim().trim_end_matches(',');
        let start = key.end + (text.len() - text.trim_start().len());
        if key.is_of_players && is_name(value) {
            found.push((Kind::Player, start..start + value.len()));
        }
    }
    found.sort_by_key(|(_, place)| place.start);
    found
}

/// A key at the outermost level.
struct Key {
    start: usize,
    /// Behind its sign.
    end: usize,
    is_of_players: bool,
}

/// The keys of a line that stand in no bracket: a word, `=` behind it.
fn keys(line: &str) -> Vec<Key> {
    let mut keys: Vec<Key> = Vec::new();
    let mut depth = 0_u32;
    for (at, sign) in line.char_indices() {
        match sign {
            '[' => depth += 1,
            ']' => depth = depth.saturating_sub(1),
            '=' if depth == 0 => {
                let before = line[..at].trim_end();
                let word = before.strip_suffix(']').map_or(before, |list| {
                    list.trim_end_matches(|sign: char| sign.is_ascii_digit()).trim_end_matches('[')
                });
                let is_plain = |sign: char| sign.is_ascii_alphanumeric() || sign == '_';
                let name = &word[word.trim_end_matches(is_plain).len()..];
                let start = word.len() - name.len();
                // What stands in the midst of a value is none, as in `List=1=2`.
                let is_key =
                    !name.is_empty() && (start == 0 || line[..start].ends_with([' ', '\t']));
                if is_key {
                    let is_list = word.len() < before.len();
                    let of = if is_list { &OF_LISTS[..] } else { &OF_PLAYERS[..] };
                    keys.push(Key { start, end: at + 1, is_of_players: of.contains(&name) });
                }
            }
            _ => {}
        }
    }
    keys
}

fn is_name(value: &str) -> bool {
    let is_number = value.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    !is_number && !value.starts_with('[') && !NO_NAMES.contains(&value)
}

/// `GameAccountId=[hi=… lo=…]`: the second number is the account's.
fn account(line: &str) -> Option<(Kind, Range<usize>)> {
    let at = line.find(ACCOUNT)?;
    let start = at + line[at..].find(" lo=")? + " lo=".len();
    let end = start + line[start..].find(']')?;
    let number = &line[start..end];
    (number != "0" && !number.is_empty()).then_some((Kind::Account, start..end))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(line: &str) -> Vec<(Kind, &str)> {
        places(line).into_iter().map(|(kind, place)| (kind, &line[place])).collect()
    }

    #[test]
    fn names_stand_in_the_values_of_keys() {
        let game = "D 16:54:53.5 GameState.DebugPrintPower() - ";
        let line = |rest: &str| format!("{game}{rest}");
        let ana = vec![(Kind::Player, "Ana Bo#1234")];
        for said in [
            "TAG_CHANGE Entity=Ana Bo#1234 tag=TURN value=1 ",
            "BLOCK_START BlockType=TRIGGER Entity=Ana Bo#1234 EffectCardId=List`1[System.String] EffectIndex=-1",
            "    ACTION_START Entity=Ana Bo#1234 SubType=TRIGGER Index=-1 Target=0",
            "        Info[0] = Ana Bo#1234",
            "SUB_SPELL_START - SpellPrefabGUID=Reuse_A:1 Source=Ana Bo#1234 TargetCount=1",
            "id=1 Player=Ana Bo#1234 TaskList= ChoiceType=MULLIGAN CountMin=0 CountMax=3",
            "PlayerID=1, PlayerName=Ana Bo#1234",
            "  option 1 type=POWER mainEntity=Ana Bo#1234 error=NONE errorParam=",
        ] {
            assert_eq!(found(&line(said)), ana, "{said}");
        }
    }

    #[test]
    fn what_is_no_player_is_no_name() {
        for said in [
            "TAG_CHANGE Entity=GameEntity tag=TURN value=1",
            "TAG_CHANGE Entity=68 tag=ZONE value=HAND",
            "TAG_CHANGE Entity=[entityName=UNKNOWN ENTITY [cardType=INVALID] id=28 zone=DECK player=1] tag=ZONE value=HAND",
            "PlayerID=1, PlayerName=UNKNOWN HUMAN PLAYER",
            "selectedOption=2 selectedSubOption=-1 selectedTarget=0 selectedPosition=0",
            "CREATE_GAME",
        ] {
            assert_eq!(found(said), [], "{said}");
        }
    }

    #[test]
    fn an_account_is_its_second_number() {
        let player = "Player EntityID=2 PlayerID=1 GameAccountId=[hi=144115193835963207 lo=15]";
        assert_eq!(found(player), [(Kind::Account, "15")]);
        assert_eq!(found("Player EntityID=3 PlayerID=2 GameAccountId=[hi=0 lo=0]"), []);
        assert_eq!(found("Player EntityID=3 PlayerID=2 GameAccountId=redacted"), []);
    }
}
