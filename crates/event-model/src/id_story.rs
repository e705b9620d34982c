//! What an id was made of, for a person who asks why it is another.

use std::cell::RefCell;

use crate::{EventId, EventIdFields};

thread_local! {
    /// Filled while somebody on this thread listens; else nothing is kept.
    static STORIES: RefCell<Option<Vec<IdStory>>> = const { RefCell::new(None) };
}

/// The values that entered one id, and nothing else does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdStory {
    /// The id.
    pub id: EventId,
    /// The game.
    pub game: String,
    /// The session key's text.
    pub session: String,
    /// The account whose client the frame came from; empty where none is named.
    pub observer: String,
    /// How many resets came before.
    pub epoch: u32,
    /// What happened.
    pub kind: String,
    /// The game's own counter or index of it.
    pub native_key: String,
}

/// Does `work`, and tells of every id that was made in it on this thread what it
/// was made of, in the order they were made. The ids are the same as without.
///
/// A stream of events does not carry this: it is many times an id's size, and nobody
/// but a tester asks.
pub fn telling_ids<T>(work: impl FnOnce() -> T) -> (T, Vec<IdStory>) {
    let outer = STORIES.replace(Some(Vec::new()));
    let done = work();
    let told = STORIES.replace(outer).unwrap_or_default();
    (done, told)
}

pub(crate) fn note(fields: &EventIdFields<'_>, id: EventId) {
    STORIES.with_borrow_mut(|stories| {
        let Some(stories) = stories else { return };
        stories.push(IdStory {
            id,
            game: fields.game.to_string(),
            session: fields.session.as_str().to_owned(),
            observer: fields.observer.to_owned(),
            epoch: fields.epoch,
            kind: fields.kind.as_str().to_owned(),
            native_key: fields.native_key.to_owned(),
        });
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Game, Kind, SessionKey};

    fn id(key: &str) -> EventId {
        let (game, session) = (Game::cs2(), SessionKey::from_values(["a"]));
        let fields = EventIdFields {
            game: &game,
            session: &session,
            observer: "Ana",
            epoch: 3,
            kind: Kind::Kill,
            native_key: key,
        };
        fields.event_id()
    }

    #[test]
    fn an_id_tells_what_it_was_made_of_only_to_who_listens() {
        let before = id("0");
        let ((one, inner), told) = telling_ids(|| (id("1"), telling_ids(|| id("2")).1));
        assert_eq!(told.len(), 1, "what was told to another is told once");
        assert_eq!((told[0].id, told[0].native_key.as_str(), told[0].epoch), (one, "1", 3));
        assert_eq!(inner[0].native_key, "2");
        assert_eq!(id("0"), before, "listening changes no id");
        assert!(telling_ids(|| ()).1.is_empty());
    }
}
