//! A game of two, printed as either side's client prints it.

use event_model::{Channel, Event, Frame, Kind, Reading, Source};
use game_session::{SourceState, Step};

pub(crate) const ANA: &str = "Ana#1234";
pub(crate) const BO: &str = "Bo Él#5678";
pub(crate) const ANA_ACCOUNT: &str = "144115193835963207-1001";

/// What happens in a game, whoever looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Deed {
    /// Created and dealt: these three of 4..=33 to seat 1, these four of 34..=63 to 2.
    Deal {
        first: [u32; 3],
        second: [u32; 4],
    },
    /// A turn begins, for seat 1 where its number is odd.
    Turn(u32),
    /// A minion is played from a hand.
    Play {
        seat: u32,
        id: u32,
    },
    /// A spell that stays hidden to the other side.
    Secret {
        seat: u32,
        id: u32,
    },
    Die {
        id: u32,
    },
    Concede {
        seat: u32,
    },
    /// A hero falls.
    Fall {
        seat: u32,
    },
    Over,
    /// The client came back: everything is printed again.
    Again {
        turn: u32,
    },
    /// Some time passes.
    Wait {
        ms: i64,
    },
}

pub(crate) const DEAL: Deed = Deed::Deal { first: [7, 12, 20], second: [40, 41, 50, 60] };

/// A game of four turns in which a minion dies and seat 2's hero falls.
pub(crate) fn usual() -> Vec<Deed> {
    vec![
        DEAL,
        Deed::Turn(1),
        Deed::Play { seat: 1, id: 7 },
        Deed::Turn(2),
        Deed::Play { seat: 2, id: 40 },
        Deed::Turn(3),
        Deed::Die { id: 40 },
        Deed::Secret { seat: 1, id: 12 },
        Deed::Turn(4),
        Deed::Fall { seat: 2 },
        Deed::Over,
    ]
}

/// One client's log.
#[derive(Debug, Clone)]
pub(crate) struct Log {
    /// The seat that is played here; none for one who watches.
    own: Option<u32>,
    /// Milliseconds of the day.
    now_ms: i64,
    /// Both are known, or this one's and not the other's.
    other_is_named: bool,
    accounts: [&'static str; 2],
    dealt: Vec<u32>,
    in_play: Vec<u32>,
    lines: Vec<String>,
}

impl Log {
    pub(crate) fn of(own: Option<u32>, starts_ms: i64) -> Self {
        Self {
            own,
            now_ms: starts_ms,
            other_is_named: false,
            accounts: ["[hi=144115193835963207 lo=1001]", "[hi=144115193835963207 lo=1002]"],
            dealt: Vec::new(),
            in_play: Vec::new(),
            lines: Vec::new(),
        }
    }

    pub(crate) fn with_accounts(self, accounts: [&'static str; 2]) -> Self {
        Self { accounts, ..self }
    }

    pub(crate) fn print(mut self, deeds: &[Deed]) -> Vec<String> {
        for deed in deeds {
            self.now_ms = (self.now_ms + 1_500).rem_euclid(86_400_000);
            self.deed(*deed);
        }
        self.lines
    }

    fn deed(&mut self, deed: Deed) {
        match deed {
            Deed::Deal { first, second } => self.deal(&first, &second),
            Deed::Turn(turn) => self.turn(turn),
            Deed::Play { seat, id } => self.play(seat, id),
            Deed::Secret { seat, id } => self.secret(seat, id),
            Deed::Die { id } => {
                self.in_play.retain(|other| *other != id);
                self.power("BLOCK_START BlockType=DEATHS Entity=GameEntity EffectCardId= EffectIndex=0 Target=0 SubOption=-1");
                let entity = self.named(id);
                self.power(&format!("    TAG_CHANGE Entity={entity} tag=ZONE value=GRAVEYARD "));
                self.power("BLOCK_END");
            }
            Deed::Concede { seat } => {
                self.standing(seat, "CONCEDED");
                self.standing(seat, "LOST");
                self.standing(3 - seat, "WON");
            }
            Deed::Fall { seat } => {
                self.standing(seat, "LOSING");
                self.standing(seat, "LOST");
                self.standing(3 - seat, "WON");
            }
            Deed::Over => {
                self.power("TAG_CHANGE Entity=GameEntity tag=STEP value=FINAL_GAMEOVER ");
                self.power("TAG_CHANGE Entity=GameEntity tag=STATE value=COMPLETE ");
            }
            Deed::Again { turn } => self.again(turn),
            Deed::Wait { ms } => self.now_ms = (self.now_ms + ms).rem_euclid(86_400_000),
        }
    }

    fn create(&mut self, tags: &[String]) {
        self.power("CREATE_GAME");
        self.power("    GameEntity EntityID=1");
        self.power("        tag=CARDTYPE value=GAME");
        for tag in tags {
            self.power(&format!("        {tag}"));
        }
        for seat in [1, 2] {
            let account = self.accounts[seat as usize - 1];
            self.power(&format!(
                "    Player EntityID={} PlayerID={seat} GameAccountId={account}",
                seat + 1
            ));
            self.power(&format!("        tag=PLAYER_ID value={seat}"));
            self.power(&format!("        tag=HERO_ENTITY value={}", 62 + 2 * seat));
        }
    }

    fn deal(&mut self, first: &[u32], second: &[u32]) {
        (self.dealt, self.in_play) = ([first, second].concat(), Vec::new());
        self.create(&[]);
        for id in 4..64 {
            self.entity(id, "DECK", false);
        }
        for id in [64, 66] {
            self.hero(id);
        }
        self.power("TAG_CHANGE Entity=1 tag=STATE value=RUNNING ");
        self.power("BLOCK_START BlockType=TRIGGER Entity=1 EffectCardId= EffectIndex=-1 Target=0 SubOption=-1 TriggerKeyword=TAG_NOT_SET");
        self.power("    TAG_CHANGE Entity=2 tag=CURRENT_PLAYER value=1 ");
        self.power("    TAG_CHANGE Entity=1 tag=TURN value=1 ");
        for id in self.dealt.clone() {
            self.draw(id);
        }
        self.power("BLOCK_END");
        self.introduce();
        self.power("TAG_CHANGE Entity=GameEntity tag=STEP value=BEGIN_MULLIGAN ");
        self.other_is_named = true;
        let other = self.name(3 - self.own.unwrap_or(1));
        self.power(&format!("TAG_CHANGE Entity={other} tag=MULLIGAN_STATE value=DEALING "));
    }

    fn introduce(&mut self) {
        self.line("GameState.DebugPrintGame() - BuildNumber=185749");
        self.line("GameState.DebugPrintGame() - GameType=GT_RANKED");
        for seat in [1, 2] {
            let is_known = self.own.is_none_or(|own| own == seat) || self.other_is_named;
            let name = if is_known { self.name(seat) } else { "UNKNOWN HUMAN PLAYER" };
            self.line(&format!("GameState.DebugPrintGame() - PlayerID={seat}, PlayerName={name}"));
        }
    }

    /// A card comes to a hand: shown to whose hand it is.
    fn draw(&mut self, id: u32) {
        if self.own.is_none_or(|own| own == seat_of(id)) {
            self.power(&format!("    SHOW_ENTITY - Updating Entity={id} CardID=CARD_{id}"));
            self.tags("        ", id, "HAND", true);
        } else {
            self.power(&format!("    TAG_CHANGE Entity={id} tag=ZONE value=HAND "));
        }
    }

    fn turn(&mut self, turn: u32) {
        if turn > 1 {
            self.power("BLOCK_START BlockType=TRIGGER Entity=GameEntity EffectCardId= EffectIndex=-1 Target=0 SubOption=-1");
            let (was, is) = (self.name(2 - turn % 2), self.name(1 + (turn + 1) % 2));
            let (was, is) = if was == is { (self.name(1 + turn % 2), is) } else { (was, is) };
            self.power(&format!("    TAG_CHANGE Entity={was} tag=CURRENT_PLAYER value=0 "));
            self.power(&format!("    TAG_CHANGE Entity={is} tag=CURRENT_PLAYER value=1 "));
            self.power(&format!("    TAG_CHANGE Entity=GameEntity tag=TURN value={turn} "));
            self.power("BLOCK_END");
        }
        self.power("TAG_CHANGE Entity=GameEntity tag=STEP value=MAIN_READY ");
        self.power("TAG_CHANGE Entity=GameEntity tag=STEP value=MAIN_ACTION ");
    }

    fn play(&mut self, seat: u32, id: u32) {
        self.in_play.push(id);
        self.power(&format!("BLOCK_START BlockType=PLAY Entity={} EffectCardId=System.Collections.Generic.List`1[System.String] EffectIndex=0 Target=0 SubOption=-1", self.named(id)));
        if self.own.is_none_or(|own| own == seat) {
            let entity = self.named(id);
            self.power(&format!("    TAG_CHANGE Entity={entity} tag=ZONE value=PLAY "));
        } else {
            let entity = self.named(id);
            self.power(&format!("    SHOW_ENTITY - Updating Entity={entity} CardID=CARD_{id}"));
            self.tags("        ", id, "PLAY", true);
        }
        self.power("BLOCK_END");
    }

    fn secret(&mut self, seat: u32, id: u32) {
        let entity = self.named(id);
        self.power(&format!("BLOCK_START BlockType=PLAY Entity={entity} EffectCardId= EffectIndex=0 Target=0 SubOption=-1"));
        self.power(&format!(
            "    TAG_CHANGE Entity={} tag=SECRETS_PLAYED value=1 ",
            self.name(seat)
        ));
        self.power(&format!("    TAG_CHANGE Entity={entity} tag=ZONE value=SECRET "));
        self.power("    BLOCK_START BlockType=POWER Entity=GameEntity EffectCardId= EffectIndex=0 Target=0 SubOption=-1");
        self.power("    BLOCK_END");
        self.power("BLOCK_END");
    }

    fn standing(&mut self, seat: u32, standing: &str) {
        self.power(&format!(
            "TAG_CHANGE Entity={} tag=PLAYSTATE value={standing} ",
            self.name(seat)
        ));
    }

    fn again(&mut self, turn: u32) {
        let step = ["tag=STEP value=MAIN_ACTION".to_owned(), format!("tag=TURN value={turn}")];
        self.create(&step);
        for id in 4..64 {
            let zone = match (self.in_play.contains(&id), self.dealt.contains(&id)) {
                (true, _) => "PLAY",
                (false, true) => "HAND",
                (false, false) => "DECK",
            };
            let is_known =
                zone == "PLAY" || (zone == "HAND" && self.own.is_none_or(|own| own == seat_of(id)));
            self.entity(id, zone, is_known);
        }
        for id in [64, 66] {
            self.hero(id);
        }
        self.introduce();
    }

    fn hero(&mut self, id: u32) {
        self.power(&format!("FULL_ENTITY - Creating ID={id} CardID=HERO_{id}"));
        self.power("    tag=CARDTYPE value=HERO");
        self.power("    tag=ZONE value=PLAY");
        self.power(&format!("    tag=CONTROLLER value={}", (id - 62) / 2));
    }

    fn entity(&mut self, id: u32, zone: &str, is_known: bool) {
        let card = if is_known { format!("CARD_{id}") } else { String::new() };
        self.power(&format!("FULL_ENTITY - Creating ID={id} CardID={card}"));
        self.tags("    ", id, zone, is_known);
    }

    fn tags(&mut self, indent: &str, id: u32, zone: &str, is_known: bool) {
        self.power(&format!("{indent}tag=ZONE value={zone}"));
        self.power(&format!("{indent}tag=CONTROLLER value={}", seat_of(id)));
        if is_known {
            self.power(&format!("{indent}tag=CARDTYPE value=MINION"));
        }
    }

    /// As the client writes an entity that it drew on the screen some time ago.
    fn named(&self, id: u32) -> String {
        let is_known = self.own.is_none_or(|own| own == seat_of(id)) || self.in_play.contains(&id);
        let seat = seat_of(id);
        if is_known {
            format!(
                "[entityName=Some id=9 One id={id} zone=HAND zonePos=1 cardId=CARD_{id} player={seat}]"
            )
        } else {
            format!(
                "[entityName=UNKNOWN ENTITY [cardType=INVALID] id={id} zone=HAND zonePos=1 cardId= player={seat}]"
            )
        }
    }

    fn name(&self, seat: u32) -> &'static str {
        if seat == 1 { ANA } else { BO }
    }

    /// What the server sent, and again what is made of it on the screen.
    fn power(&mut self, content: &str) {
        self.line(&format!("GameState.DebugPrintPower() - {content}"));
        self.line(&format!("PowerTaskList.DebugPrintPower() -     {content}"));
    }

    fn line(&mut self, said: &str) {
        let (s, ms) = (self.now_ms / 1_000, self.now_ms % 1_000);
        let time = format!("{:02}:{:02}:{:02}.{ms:03}0000", s / 3_600, s / 60 % 60, s % 60);
        self.lines.push(format!("D {time} {said}\r\n"));
    }
}

fn seat_of(id: u32) -> u32 {
    if id < 34 { 1 } else { 2 }
}

pub(crate) fn empty() -> SourceState {
    SourceState::new(Source::Hearthstone).expect("there are rules for it")
}

pub(crate) fn reading(line: impl Into<Vec<u8>>) -> Reading {
    Reading::Frame(Frame::new(Channel::File, line))
}

pub(crate) fn steps(lines: &[String]) -> Vec<Step> {
    let mut state = empty();
    lines.iter().map(|line| state.observe(&reading(line.as_str()))).collect()
}

pub(crate) fn events(lines: &[String]) -> Vec<Event> {
    steps(lines).into_iter().flat_map(|step| step.events).collect()
}

/// Kinds, with the name of whatever is `other`.
pub(crate) fn told(events: &[Event]) -> Vec<String> {
    let name = |event: &Event| {
        if event.kind == Kind::Other {
            event.data.details["name"].as_str().unwrap_or_default().to_owned()
        } else {
            event.kind.as_str().to_owned()
        }
    };
    events.iter().filter(|event| event.kind != Kind::SessionEvidence).map(name).collect()
}
