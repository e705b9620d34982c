//! What a line of `GameState.DebugPrintPower` says.

/// A line's content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Command<'l> {
    /// The entity that stands for the game, when one is created.
    GameEntity(u32),
    Player {
        entity: u32,
        /// 1 or 2, as the server seats them.
        seat: u32,
        account: Told<'l>,
    },
    /// An entity comes up, and its tags follow.
    FullEntity {
        entity: Entity<'l>,
        card: &'l str,
    },
    /// What an entity is comes out, and its tags follow.
    ShowEntity {
        entity: Entity<'l>,
        card: &'l str,
    },
    /// A tag of whatever came up last.
    Tag {
        tag: &'l str,
        value: &'l str,
    },
    TagChange {
        entity: Entity<'l>,
        tag: &'l str,
        value: &'l str,
    },
    BlockStart {
        kind: &'l str,
        entity: Entity<'l>,
    },
    BlockEnd,
    /// The game goes back to an earlier moment.
    Reset,
    /// Known, and nothing that a match is told by.
    Nothing,
    /// The first word, where that is one of a program's.
    Unknown(&'l str),
}

/// How a line refers to an entity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Entity<'l> {
    Game,
    Id(u32),
    /// A player, by name.
    Name(&'l str),
}

/// What is told of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Told<'l> {
    /// `hi` and `lo`, both 0 for one that no person plays.
    Numbers(&'l str, &'l str),
    /// Something else, as who gave the log away left it.
    Nothing,
}

/// Lines that no event hangs on.
const NOTHING: [&str; 11] = [
    "HIDE_ENTITY",
    "META_DATA",
    "SUB_SPELL_START",
    "SUB_SPELL_END",
    "SHUFFLE_DECK",
    "CACHED_TAG_FOR_DORMANT_CHANGE",
    "VO_SPELL",
    "Source",
    "Info[",
    "Targets[",
    "ERROR:",
];

/// Longest first word that is counted by itself.
const WORD_BYTES_MAX: usize = 40;

/// What stands for a line whose first word is none of the game's.
const NO_WORD: &str = "DebugPrintPower: (no known word)";

impl<'l> Command<'l> {
    pub(super) fn read(content: &'l str) -> Self {
        Self::parse(content).unwrap_or_else(|| Self::unknown(content))
    }

    fn parse(content: &'l str) -> Option<Self> {
        let (word, rest) = content.split_once(' ').unwrap_or((content, ""));
        Some(match word {
            "GameEntity" => Self::GameEntity(number_after(rest, "EntityID=")?),
            "Player" => Self::Player {
                entity: number_after(rest, "EntityID=")?,
                seat: number_after(rest, "PlayerID=")?,
                account: account(rest),
            },
            "FULL_ENTITY" => {
                let (entity, card) = of_card(rest)?;
                Self::FullEntity { entity, card }
            }
            "SHOW_ENTITY" | "CHANGE_ENTITY" => {
                let (entity, card) = of_card(rest)?;
                Self::ShowEntity { entity, card }
            }
            "TAG_CHANGE" => {
                let (entity, tag) = rest.strip_prefix("Entity=")?.rsplit_once(" tag=")?;
                let (tag, value) = tag_and_value(tag)?;
                Self::TagChange { entity: Entity::read(entity), tag, value }
            }
            // `ACTION_…` until 2016, with `SubType` before `BlockType`.
            "BLOCK_START" | "ACTION_START" => {
                let kind = ["BlockType=", "SubType="].iter().find_map(|key| after(rest, key));
                let entity = rest.split_once("Entity=").map_or("", |(_, entity)| entity);
                Self::BlockStart { kind: kind?, entity: Entity::read(before_next_key(entity)) }
            }
            "BLOCK_END" | "ACTION_END" => Self::BlockEnd,
            "RESET_GAME" => Self::Reset,
            _ if content.starts_with("tag=") => {
                let (tag, value) = tag_and_value(content.strip_prefix("tag=")?)?;
                Self::Tag { tag, value }
            }
            _ if NOTHING.iter().any(|known| content.starts_with(known)) => Self::Nothing,
            _ => return None,
        })
    }

    /// Whether it is one of those by which a game lists what there is.
    pub(super) fn lists(&self) -> bool {
        matches!(
            self,
            Self::GameEntity(_) | Self::Player { .. } | Self::FullEntity { .. } | Self::Tag { .. }
        )
    }

    fn unknown(content: &'l str) -> Self {
        let word = content.split([' ', '=', '[']).next().unwrap_or_default();
        let is_word = !word.is_empty()
            && word.len() <= WORD_BYTES_MAX
            && word.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
        Self::Unknown(if is_word { word } else { NO_WORD })
    }
}

impl<'l> Entity<'l> {
    pub(super) fn read(text: &'l str) -> Self {
        let text = text.trim();
        if text == "GameEntity" {
            return Self::Game;
        }
        // A card's name stands before, and may say anything.
        let id = [" id=", "[id="].iter().filter_map(|key| text.rfind(key)).max();
        match (text.parse(), id) {
            (Ok(id), _) => Self::Id(id),
            (Err(_), Some(at)) if text.starts_with('[') => {
                leading_number(&text[at + " id=".len()..]).map_or(Self::Name(text), Self::Id)
            }
            (Err(_), _) => Self::Name(text),
        }
    }
}

fn leading_number(text: &str) -> Option<u32> {
    let end = text.find(|sign: char| !sign.is_ascii_digit()).unwrap_or(text.len());
    text[..end].parse().ok()
}

/// The word behind `key`.
fn after<'l>(text: &'l str, key: &str) -> Option<&'l str> {
    let (_, rest) = text.split_once(key)?;
    Some(rest.split([' ', ']']).next().unwrap_or_default())
}

fn number_after(text: &str, key: &str) -> Option<u32> {
    after(text, key)?.parse().ok()
}

fn account(text: &str) -> Told<'_> {
    let told = text.split_once("GameAccountId=").map_or("", |(_, account)| account);
    match (after(told, "[hi="), after(told, " lo=")) {
        (Some(hi), Some(lo)) => Told::Numbers(hi, lo),
        _ => Told::Nothing,
    }
}

/// `- Creating ID=4 CardID=…` or `- Updating [Entity=]… CardID=…`.
fn of_card(text: &str) -> Option<(Entity<'_>, &str)> {
    let (entity, card) = text.rsplit_once(" CardID=")?;
    let (_, entity) = entity.split_once("ing ")?;
    let bare = ["ID=", "Entity="].iter().find_map(|key| entity.strip_prefix(key));
    Some((Entity::read(bare.unwrap_or(entity)), card.trim()))
}

fn tag_and_value(text: &str) -> Option<(&str, &str)> {
    let (tag, value) = text.split_once(" value=")?;
    // Behind it may stand `DEF CHANGE`.
    Some((tag, value.split(' ').next().unwrap_or_default()))
}

/// An entity of a block stands between two keys; one in brackets has keys of its own.
fn before_next_key(text: &str) -> &str {
    const NEXT: [&str; 6] =
        [" EffectCardId=", " EffectIndex=", " BlockType=", " SubType=", " Index=", " Target="];
    let ends = NEXT.iter().filter_map(|key| text.find(key)).min();
    &text[..ends.unwrap_or(text.len())]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entity_is_named_in_four_ways() {
        assert_eq!(Entity::read("68"), Entity::Id(68));
        assert_eq!(Entity::read("GameEntity"), Entity::Game);
        assert_eq!(Entity::read("Ana Bo#1234"), Entity::Name("Ana Bo#1234"));
        let hidden = "[entityName=UNKNOWN ENTITY [cardType=INVALID] id=28 zone=DECK zonePos=0 cardId= player=1]";
        assert_eq!(Entity::read(hidden), Entity::Id(28));
        assert_eq!(Entity::read("[id=12 cardId= type=INVALID zone=DECK player=2]"), Entity::Id(12));
        assert_eq!(
            Entity::read("[name=a card id=7 tag=ZONE id=9 zone=PLAY cardId=X player=1]"),
            Entity::Id(9),
            "a card is called as it likes"
        );
    }

    #[test]
    fn tags_change_whatever_a_name_says() {
        let change = "TAG_CHANGE Entity=a tag=TURN value=9 tag=PLAYSTATE value=WON DEF CHANGE";
        let entity = Entity::Name("a tag=TURN value=9");
        let read = Command::TagChange { entity, tag: "PLAYSTATE", value: "WON" };
        assert_eq!(Command::read(change), read);
    }

    #[test]
    fn entities_come_up_with_their_card_or_without() {
        let made = Command::read("FULL_ENTITY - Creating ID=4 CardID=");
        assert_eq!(made, Command::FullEntity { entity: Entity::Id(4), card: "" });
        let shown = "SHOW_ENTITY - Updating Entity=[entityName=UNKNOWN ENTITY [cardType=INVALID] id=52 zone=DECK zonePos=0 cardId= player=2] CardID=BOT_054";
        let read = Command::ShowEntity { entity: Entity::Id(52), card: "BOT_054" };
        assert_eq!(Command::read(shown), read);
        let shown = Command::read("SHOW_ENTITY - Updating Entity=68 CardID=OG_283");
        assert_eq!(shown, Command::ShowEntity { entity: Entity::Id(68), card: "OG_283" });
    }

    #[test]
    fn players_come_up_with_their_account_where_it_is_told() {
        let told = "Player EntityID=2 PlayerID=1 GameAccountId=[hi=144115193835963207 lo=15]";
        let account = Told::Numbers("144115193835963207", "15");
        assert_eq!(Command::read(told), Command::Player { entity: 2, seat: 1, account });
        let redacted = "Player EntityID=3 PlayerID=2 GameAccountId=redacted";
        let account = Told::Nothing;
        assert_eq!(Command::read(redacted), Command::Player { entity: 3, seat: 2, account });
    }

    #[test]
    fn blocks_begin_in_the_words_of_two_versions() {
        let entity = Entity::Id(52);
        let block = "BLOCK_START BlockType=PLAY Entity=[entityName=Bio id=52 zone=HAND zonePos=1 cardId=B player=2] EffectCardId=System.Collections.Generic.List`1[System.String] EffectIndex=0 Target=0 SubOption=-1";
        assert_eq!(Command::read(block), Command::BlockStart { kind: "PLAY", entity });
        let block = "ACTION_START Entity=[name=Bio id=52 zone=HAND zonePos=1 cardId=B player=2] BlockType=PLAY Index=0 Target=0";
        assert_eq!(Command::read(block), Command::BlockStart { kind: "PLAY", entity });
        let block = "ACTION_START Entity=Ana Bo SubType=TRIGGER Index=-1 Target=0";
        let entity = Entity::Name("Ana Bo");
        assert_eq!(Command::read(block), Command::BlockStart { kind: "TRIGGER", entity });
    }

    #[test]
    fn an_unknown_word_is_counted_and_nothing_that_may_be_a_name() {
        assert_eq!(Command::read("NEW_THING Entity=Ana"), Command::Unknown("NEW_THING"));
        assert_eq!(Command::read("Ana#1234 x"), Command::Unknown(NO_WORD));
        assert_eq!(Command::read("TAG_CHANGE nonsense"), Command::Unknown("TAG_CHANGE"));
    }
}
