//! How one side's client writes the game.

use std::collections::BTreeMap;

use super::{
    DAY_MS,
    plot::{Deed, FIRST_CARD, HEROES, Plot, cards, seat_of},
};

/// A log that is being written.
pub(super) struct Printing<'p> {
    plot: &'p Plot,
    own: u32,
    begins_of_day_ms: u64,
    now_ms: u64,
    turn: u32,
    /// The other side's name is loaded.
    other_is_named: bool,
    /// Where each card is that is in its deck no more.
    zones: BTreeMap<u32, &'static str>,
    /// With their times since the creation.
    pub(super) lines: Vec<(u64, String)>,
}

impl<'p> Printing<'p> {
    pub(super) fn of(plot: &'p Plot, own: u32, begins_of_day_ms: u64) -> Self {
        let (now_ms, turn, other_is_named) = (0, 0, false);
        let (zones, lines) = (BTreeMap::new(), Vec::new());
        Self { plot, own, begins_of_day_ms, now_ms, turn, other_is_named, zones, lines }
    }

    pub(super) fn deed(&mut self, ms: u64, deed: &Deed) {
        self.now_ms = ms;
        match deed {
            Deed::Deal => self.deal(),
            Deed::Turn(turn) => self.begin_turn(*turn),
            Deed::Draw { id } => self.draw(*id),
            Deed::Play { id, is_secret: true } => self.hide(*id),
            Deed::Play { id, is_secret: false } => self.play(*id),
            Deed::Die { id } => self.die(*id),
            Deed::Over { loser, concedes } => self.end(*loser, *concedes),
        }
    }

    /// Everything once more, as after a lost connection.
    pub(super) fn again(&mut self, ms: u64) {
        self.now_ms = ms;
        let turn = self.turn;
        let step = if turn == 0 { "BEGIN_MULLIGAN" } else { "MAIN_ACTION" };
        self.create(&[format!("tag=STEP value={step}"), format!("tag=TURN value={}", turn.max(1))]);
        self.list_cards();
        self.introduce();
    }

    fn deal(&mut self) {
        self.create(&[]);
        self.list_cards();
        self.power("TAG_CHANGE Entity=1 tag=STATE value=RUNNING ");
        self.open("TRIGGER", "1");
        self.power("    TAG_CHANGE Entity=2 tag=CURRENT_PLAYER value=1 ");
        self.power("    TAG_CHANGE Entity=1 tag=TURN value=1 ");
        for id in self.plot.dealt.clone() {
            self.draw(id);
        }
        self.power("BLOCK_END");
        self.introduce();
        self.power("TAG_CHANGE Entity=GameEntity tag=STEP value=BEGIN_MULLIGAN ");
        self.other_is_named = true;
        let other = self.plot.name(3 - self.own).to_owned();
        self.power(&format!("TAG_CHANGE Entity={other} tag=MULLIGAN_STATE value=DONE "));
    }

    fn create(&mut self, tags: &[String]) {
        self.power("CREATE_GAME");
        self.power("    GameEntity EntityID=1");
        self.power("        tag=CARDTYPE value=GAME");
        for tag in tags {
            self.power(&format!("        {tag}"));
        }
        for seat in [1, 2] {
            let (entity, account) = (seat + 1, self.plot.account_in_log(seat));
            self.power(&format!(
                "    Player EntityID={entity} PlayerID={seat} GameAccountId={account}"
            ));
            self.power(&format!("        tag=PLAYER_ID value={seat}"));
            if self.turn > 0 {
                let is_current = u32::from(self.current() == seat);
                self.power(&format!("        tag=CURRENT_PLAYER value={is_current}"));
            }
        }
    }

    fn list_cards(&mut self) {
        for id in cards() {
            let zone = self.zones.get(&id).copied().unwrap_or("DECK");
            let is_seen = self.sees(id) && zone != "DECK";
            let card = if is_seen { card_of(id) } else { String::new() };
            self.power(&format!("FULL_ENTITY - Creating ID={id} CardID={card}"));
            self.tags("    ", id, zone, is_seen);
        }
        for (seat, id) in (1..).zip(HEROES) {
            self.power(&format!("FULL_ENTITY - Creating ID={id} CardID=HERO_0{seat}"));
            self.power("    tag=CARDTYPE value=HERO");
            self.power("    tag=ZONE value=PLAY");
            self.power(&format!("    tag=CONTROLLER value={seat}"));
        }
    }

    fn introduce(&mut self) {
        self.line("GameState.DebugPrintGame() - BuildNumber=185749");
        self.line("GameState.DebugPrintGame() - GameType=GT_RANKED");
        self.line("GameState.DebugPrintGame() - FormatType=FT_WILD");
        self.line("GameState.DebugPrintGame() - ScenarioID=2");
        for seat in [1, 2] {
            let is_known = seat == self.own || self.other_is_named;
            let name = if is_known { self.plot.name(seat) } else { "UNKNOWN HUMAN PLAYER" };
            let line = format!("GameState.DebugPrintGame() - PlayerID={seat}, PlayerName={name}");
            self.line(&line);
        }
    }

    fn begin_turn(&mut self, turn: u32) {
        let was = self.current();
        self.turn = turn;
        if turn > 1 {
            let (was, is) =
                (self.plot.name(was).to_owned(), self.plot.name(self.current()).to_owned());
            self.open("TRIGGER", "GameEntity");
            self.power(&format!("    TAG_CHANGE Entity={was} tag=CURRENT_PLAYER value=0 "));
            self.power(&format!("    TAG_CHANGE Entity={is} tag=CURRENT_PLAYER value=1 "));
            self.power(&format!("    TAG_CHANGE Entity=GameEntity tag=TURN value={turn} "));
            self.power("BLOCK_END");
        }
        self.power("TAG_CHANGE Entity=GameEntity tag=STEP value=MAIN_READY ");
        self.power("TAG_CHANGE Entity=GameEntity tag=STEP value=MAIN_ACTION ");
    }

    fn draw(&mut self, id: u32) {
        let entity = if self.turn == 0 { id.to_string() } else { self.named(id) };
        if self.sees_from_now(id) {
            self.power(&format!(
                "    SHOW_ENTITY - Updating Entity={entity} CardID={}",
                card_of(id)
            ));
            self.tags("        ", id, "HAND", true);
        } else {
            self.power(&format!("    TAG_CHANGE Entity={entity} tag=ZONE value=HAND "));
        }
        self.zones.insert(id, "HAND");
    }

    fn play(&mut self, id: u32) {
        let entity = self.named(id);
        self.open("PLAY", &entity);
        if self.sees(id) {
            self.power(&format!("    TAG_CHANGE Entity={entity} tag=ZONE value=PLAY "));
        } else {
            self.power(&format!(
                "    SHOW_ENTITY - Updating Entity={entity} CardID={}",
                card_of(id)
            ));
            self.tags("        ", id, "PLAY", true);
        }
        self.power("BLOCK_END");
        self.zones.insert(id, "PLAY");
    }

    fn hide(&mut self, id: u32) {
        let entity = self.named(id);
        let by = self.plot.name(seat_of(id)).to_owned();
        self.open("PLAY", &entity);
        self.power(&format!("    TAG_CHANGE Entity={by} tag=NUM_CARDS_PLAYED_THIS_TURN value=1 "));
        self.power(&format!("    TAG_CHANGE Entity={entity} tag=ZONE value=SECRET "));
        self.power("BLOCK_END");
        self.zones.insert(id, "SECRET");
    }

    fn die(&mut self, id: u32) {
        self.open("DEATHS", "GameEntity");
        let entity = self.named(id);
        self.power(&format!("    TAG_CHANGE Entity={entity} tag=ZONE value=GRAVEYARD "));
        self.power("BLOCK_END");
        self.zones.insert(id, "GRAVEYARD");
    }

    fn end(&mut self, loser: u32, concedes: bool) {
        let standing = if concedes { "CONCEDED" } else { "LOSING" };
        for (seat, standing) in [(loser, standing), (loser, "LOST"), (3 - loser, "WON")] {
            let name = self.plot.name(seat).to_owned();
            self.power(&format!("TAG_CHANGE Entity={name} tag=PLAYSTATE value={standing} "));
        }
        self.power("TAG_CHANGE Entity=GameEntity tag=STEP value=FINAL_GAMEOVER ");
        self.power("TAG_CHANGE Entity=GameEntity tag=STATE value=COMPLETE ");
    }

    fn current(&self) -> u32 {
        2 - self.turn.max(1) % 2
    }

    /// Whether this side knows what a card is that has left its deck.
    fn sees(&self, id: u32) -> bool {
        let is_open = matches!(self.zones.get(&id), Some(&("PLAY" | "GRAVEYARD")));
        seat_of(id) == self.own || is_open
    }

    fn sees_from_now(&self, id: u32) -> bool {
        seat_of(id) == self.own
    }

    fn tags(&mut self, indent: &str, id: u32, zone: &str, is_seen: bool) {
        self.power(&format!("{indent}tag=ZONE value={zone}"));
        self.power(&format!("{indent}tag=CONTROLLER value={}", seat_of(id)));
        if is_seen {
            self.power(&format!("{indent}tag=CARDTYPE value=MINION"));
        }
    }

    /// As the client writes an entity: with the zone in which it was last drawn on the
    /// screen, which is no longer the one in which it is.
    fn named(&self, id: u32) -> String {
        let (seat, is_seen) = (seat_of(id), self.sees(id) && self.zones.contains_key(&id));
        let (name, card) = match is_seen {
            true => (format!("Card id={FIRST_CARD} of {id}"), card_of(id)),
            false => ("UNKNOWN ENTITY [cardType=INVALID]".to_owned(), String::new()),
        };
        format!("[entityName={name} id={id} zone=HAND zonePos=0 cardId={card} player={seat}]")
    }

    fn open(&mut self, kind: &str, entity: &str) {
        self.power(&format!(
            "BLOCK_START BlockType={kind} Entity={entity} \
             EffectCardId=System.Collections.Generic.List`1[System.String] EffectIndex=-1 \
             Target=0 SubOption=-1 TriggerKeyword=TAG_NOT_SET"
        ));
    }

    /// What the server sent, and what the client makes of it on the screen.
    fn power(&mut self, content: &str) {
        self.line(&format!("GameState.DebugPrintPower() - {content}"));
        self.line(&format!("PowerTaskList.DebugPrintPower() -     {content}"));
    }

    fn line(&mut self, said: &str) {
        let ms = (self.begins_of_day_ms + self.now_ms) % DAY_MS;
        let (seconds, ms) = (ms / 1_000, ms % 1_000);
        let (hours, minutes) = (seconds / 3_600, seconds / 60 % 60);
        let seconds = seconds % 60;
        let line = format!("D {hours:02}:{minutes:02}:{seconds:02}.{ms:03}0000 {said}\r\n");
        self.lines.push((self.now_ms, line));
    }
}

fn card_of(id: u32) -> String {
    format!("SIM_{id:03}")
}
