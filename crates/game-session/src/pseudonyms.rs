//! Players' names in frames, and what stands in their stead.
//!
//! Used in two passes: [`Names::learn`] looks at every frame of a recording, then
//! [`Names::pseudonyms`] gives each name a number, the same one wherever it stands,
//! and [`Pseudonyms::put_on`] writes these into the frames.
//!
//! Kinds, order and structure of what a frame says stay. A string that is no name's
//! place is changed only where a name stands in it, and never where the game's own
//! vocabulary stands: a player called `live` changes no phase.

mod places;
mod power_log;
mod text;

use std::collections::{BTreeMap, BTreeSet};

use event_model::{Frame, NamesKey, Source};
use serde_json::Value;

use crate::{LeagueClientSession, league, overwolf::stands_for_a_name};
use places::{Place, Visit};

/// The names that the frames of one source hold, in the order in which they came.
#[derive(Debug)]
pub struct Names {
    source: Source,
    found: [Vec<String>; Kind::COUNT],
    known: BTreeSet<(Kind, String)>,
}

/// What stands in the stead of each name.
#[derive(Debug)]
pub struct Pseudonyms {
    source: Source,
    of: BTreeMap<(Kind, String), String>,
    /// Names and accounts by themselves, the longest first.
    anywhere: Vec<(String, String)>,
}

/// What became of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PutOn {
    /// Its names are replaced.
    Replaced,
    /// Nobody knows where names stand in it: its body is empty.
    Emptied,
}

/// What a name belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Player,
    Account,
    Tag,
    Clan,
    Team,
}

impl Kind {
    const COUNT: usize = 5;
    const ALL: [Self; Self::COUNT] =
        [Self::Player, Self::Account, Self::Tag, Self::Clan, Self::Team];

    fn pseudonym(self, number: usize) -> String {
        match self {
            Self::Player => format!("Player {number}"),
            // Below every number that Steam has given out, and as long as one.
            Self::Account => format!("7656119{number:010}"),
            Self::Tag => format!("T{number}"),
            Self::Clan => format!("Clan {number}"),
            Self::Team => format!("Team {number}"),
        }
    }
}

impl Names {
    /// No name yet; nothing for a source whose names this version cannot find.
    #[must_use]
    pub fn of(source: Source) -> Option<Self> {
        match source {
            Source::Cs2
            | Source::League
            | Source::Dota2
            | Source::RocketLeague
            | Source::Overwolf
            | Source::Elite
            | Source::Hearthstone => {
                Some(Self { source, found: Default::default(), known: BTreeSet::new() })
            }
        }
    }

    /// Learns the names that a frame holds.
    pub fn learn(&mut self, frame: &Frame) {
        if is_league_clients(self.source, frame) {
            return;
        }
        if self.source == Source::Hearthstone {
            let line = String::from_utf8_lossy(&frame.body);
            for (kind, place) in power_log::places(&line) {
                self.add(kind, &line[place]);
            }
            return;
        }
        if let Ok(mut body) = serde_json::from_slice::<Value>(&frame.body) {
            places::walk(self.source, &mut body, &mut Learning(self));
        }
    }

    /// Every name that was found, for whoever checks that none is left.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.found.iter().flatten().map(String::as_str)
    }

    /// Gives each its number, in the order in which they came; none gets what another
    /// is called.
    #[must_use]
    pub fn pseudonyms(self) -> Pseudonyms {
        self.numbered(|_name, last| last + 1)
    }

    /// Gives each a number that the name and the key decide on: the same name is
    /// called the same wherever this key is used.
    #[must_use]
    pub fn pseudonyms_under(self, key: &NamesKey) -> Pseudonyms {
        let under = event_model::Pseudonyms::under(key);
        self.numbered(|name, _last| number_of(&under.of(name)))
    }

    fn numbered(self, begin: impl Fn(&str, usize) -> usize) -> Pseudonyms {
        let mut of = BTreeMap::new();
        let mut taken = BTreeSet::new();
        for kind in Kind::ALL {
            let mut number = 0;
            for name in &self.found[kind as usize] {
                number = begin(name, number);
                let pseudonym = loop {
                    let pseudonym = kind.pseudonym(number);
                    let is_known =
                        self.known.iter().any(|(_, known)| known.eq_ignore_ascii_case(&pseudonym));
                    if !is_known && taken.insert((kind, number)) {
                        break pseudonym;
                    }
                    number += 1;
                };
                of.insert((kind, name.clone()), pseudonym);
            }
        }
        Pseudonyms { source: self.source, anywhere: anywhere(&of), of }
    }

    fn add(&mut self, kind: Kind, name: &str) {
        if !name.is_empty() && self.known.insert((kind, name.to_owned())) {
            self.found[kind as usize].push(name.to_owned());
        }
    }
}

fn is_league_clients(source: Source, frame: &Frame) -> bool {
    source == Source::League && league::is_clients(frame)
}

/// Ten digits, as an account's number ends with, of a pseudonym's characters.
fn number_of(pseudonym: &str) -> usize {
    const NUMBERS: u64 = 9_999_999_999;
    let mixed = pseudonym.bytes().fold(0_u64, |sum, byte| {
        (sum.wrapping_mul(257) ^ u64::from(byte)).wrapping_mul(0x9e37_79b9_7f4a_7c15)
    });
    usize::try_from(mixed % NUMBERS).unwrap_or(usize::MAX / 2) + 1
}

/// What is replaced in free text: names and accounts. Tags and teams are words that
/// others use too.
fn anywhere(of: &BTreeMap<(Kind, String), String>) -> Vec<(String, String)> {
    let of_players = |kind: &Kind| matches!(kind, Kind::Player | Kind::Account | Kind::Clan);
    let mut found: Vec<_> = of
        .iter()
        .filter(|((kind, _), _)| of_players(kind))
        .map(|((_, name), pseudonym)| (name.clone(), pseudonym.clone()))
        .collect();
    found.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
    found
}

impl Pseudonyms {
    /// How many names have one.
    #[must_use]
    pub fn count(&self) -> usize {
        self.of.len()
    }

    /// Replaces the names in a frame.
    pub fn put_on(&self, frame: &mut Frame) -> PutOn {
        if frame.body.is_empty() {
            return PutOn::Replaced;
        }
        if self.source == Source::Hearthstone {
            return self.put_on_line(frame);
        }
        if is_league_clients(self.source, frame) {
            return self.put_on_client(frame);
        }
        let Ok(mut body) = serde_json::from_slice::<Value>(&frame.body) else {
            self.set_body(frame, Vec::new());
            return PutOn::Emptied;
        };
        places::walk(self.source, &mut body, &mut Replacing(self));
        let body = serde_json::to_vec(&body).unwrap_or_default();
        self.set_body(frame, body);
        PutOn::Replaced
    }

    /// What is kept of the League client's answer names nobody; whoever recorded more of
    /// it than Ringside does keeps no more of it here.
    fn put_on_client(&self, frame: &mut Frame) -> PutOn {
        let read =
            LeagueClientSession::read(&frame.body).ok().filter(LeagueClientSession::is_known);
        let became = if read.is_some() { PutOn::Replaced } else { PutOn::Emptied };
        self.set_body(frame, read.map(|session| session.kept()).unwrap_or_default());
        became
    }

    /// Replaces the names in a line; its other bytes stay as they were.
    fn put_on_line(&self, frame: &mut Frame) -> PutOn {
        let Ok(line) = std::str::from_utf8(&frame.body) else {
            self.set_body(frame, Vec::new());
            return PutOn::Emptied;
        };
        let (mut body, mut from) = (String::with_capacity(line.len()), 0);
        for (kind, place) in power_log::places(line) {
            body.push_str(&line[from..place.start]);
            let name = &line[place.clone()];
            body.push_str(self.get(kind, name).map_or(name, String::as_str));
            from = place.end;
        }
        body.push_str(&line[from..]);
        self.set_body(frame, body.into_bytes());
        PutOn::Replaced
    }

    /// Replaces every name in a text that a person or a program wrote.
    #[must_use]
    pub fn in_text(&self, text: &str) -> String {
        text::without(text, &self.anywhere, text::Within::Anything)
    }

    fn set_body(&self, frame: &mut Frame, body: Vec<u8>) {
        for (name, value) in &mut frame.headers {
            if name.eq_ignore_ascii_case("content-length") {
                *value = body.len().to_string();
            } else {
                *value = self.in_text(value);
            }
        }
        frame.body = body;
    }

    fn get(&self, kind: Kind, name: &str) -> Option<&String> {
        // The key is looked up as it is kept.
        self.of.get(&(kind, name.to_owned()))
    }
}

/// The first pass.
struct Learning<'n>(&'n mut Names);

impl Visit for Learning<'_> {
    fn string(&mut self, place: Place, text: &mut String) {
        match place {
            Place::Name => self.0.add(Kind::Player, text),
            Place::Account => self.0.add(Kind::Account, text),
            Place::Clan => self.0.add(Kind::Clan, text),
            Place::Team => self.0.add(Kind::Team, text),
            Place::Tag => self.0.add(Kind::Tag, text),
            Place::RiotId => {
                let (name, tag) = halves(text);
                self.0.add(Kind::Player, name);
                self.0.add(Kind::Tag, tag.unwrap_or_default());
            }
            // `Turret_T2_L_03_A` and the like are the game's; names have no such sign.
            Place::NameOrThing if text.contains('_') => {}
            Place::NameOrThing => self.0.add(Kind::Player, halves(text).0),
            Place::PrimaryId => self.0.add(Kind::Account, uid(text).unwrap_or_default()),
            Place::BoardName => {
                let (name, _, tag) = board(text);
                self.0.add(Kind::Player, name);
                self.0.add(Kind::Tag, tag.unwrap_or_default());
            }
            // What stands for a hidden name is the game's.
            Place::FeedName if stands_for_a_name(text) => {}
            Place::FeedName => self.0.add(Kind::Player, text),
            Place::Words | Place::Chat | Place::Unknown => {}
        }
    }
}

/// The second pass.
struct Replacing<'p>(&'p Pseudonyms);

impl Visit for Replacing<'_> {
    fn string(&mut self, place: Place, text: &mut String) {
        let pseudonym = match place {
            Place::Name => self.0.get(Kind::Player, text).cloned(),
            Place::Account => self.0.get(Kind::Account, text).cloned(),
            Place::Clan => self.0.get(Kind::Clan, text).cloned(),
            Place::Team => self.0.get(Kind::Team, text).cloned(),
            Place::Tag => self.0.get(Kind::Tag, text).cloned(),
            Place::RiotId | Place::NameOrThing => self.riot_id(text),
            Place::BoardName => self.board_name(text),
            Place::FeedName => self.0.get(Kind::Player, text).cloned(),
            Place::PrimaryId => self.primary_id(text),
            Place::Chat => Some(String::new()),
            Place::Words => None,
            Place::Unknown => Some(text::without(text, &self.0.anywhere, text::Within::WholeWords)),
        };
        if let Some(pseudonym) = pseudonym {
            *text = pseudonym;
        }
    }
}

impl Replacing<'_> {
    fn board_name(&self, text: &str) -> Option<String> {
        let (name, space, tag) = board(text);
        let name = self.0.get(Kind::Player, name)?;
        Some(match tag {
            None => name.clone(),
            Some(tag) => {
                let tag = self.0.get(Kind::Tag, tag).map_or("", String::as_str);
                format!("{name}{space}#{tag}")
            }
        })
    }

    fn primary_id(&self, text: &str) -> Option<String> {
        let uid = uid(text)?;
        let begins = uid.as_ptr() as usize - text.as_ptr() as usize;
        let pseudonym = self.0.get(Kind::Account, uid)?;
        Some([&text[..begins], pseudonym, &text[begins + uid.len()..]].concat())
    }

    fn riot_id(&self, text: &str) -> Option<String> {
        let (name, tag) = halves(text);
        let name = self.0.get(Kind::Player, name)?;
        Some(match tag {
            None => name.clone(),
            Some(tag) => {
                let tag = self.0.get(Kind::Tag, tag).map_or("", String::as_str);
                format!("{name}#{tag}")
            }
        })
    }
}

/// The account in `Platform|Uid|Splitscreen`; every bot has the same, which is nobody's.
fn uid(primary_id: &str) -> Option<&str> {
    primary_id.split('|').nth(1).filter(|uid| !uid.is_empty() && *uid != "0")
}

/// `Name #TAG`, or `Name#TAG`, in its parts.
fn board(text: &str) -> (&str, &str, Option<&str>) {
    let Some((name, tag)) = text.rsplit_once('#') else { return (text, "", None) };
    match name.strip_suffix(' ') {
        Some(bare) => (bare, " ", Some(tag)),
        None => (name, "", Some(tag)),
    }
}

/// `Name#TAG` in its parts.
fn halves(riot_id: &str) -> (&str, Option<&str>) {
    riot_id.split_once('#').map_or((riot_id, None), |(name, tag)| (name, Some(tag)))
}

#[cfg(test)]
mod tests;
