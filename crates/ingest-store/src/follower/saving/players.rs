//! What an occurrence counts for players, written down beside it.

use association::{Facts, Occurrence};
use event_model::{ActorIds, Actors, Kind};
use rusqlite::{Row, params};

use super::Saving;
use crate::{
    Result,
    columns::signed,
    follower::{open_match::OpenMatch, reading::Texts},
    statistics::{self, Counted, Counting},
};

impl Saving<'_> {
    /// Counts an occurrence whose row was written, where it counts otherwise now
    /// than when it was last counted.
    pub(super) fn count(
        &self,
        of: &mut OpenMatch,
        one: &Occurrence,
        counting: &mut Counting,
    ) -> Result<()> {
        let Some(shown) = of.shown.get_mut(&one.no) else { return Ok(()) };
        let weight = Some(weight(one));
        if shown.weighed == weight {
            return Ok(());
        }
        shown.weighed = weight;
        let sql = "SELECT kind, actors, actor_ids, details, counted FROM occurrence
                   WHERE match_id = ?1 AND occurrence_no = ?2";
        let mut statement = self.index.prepare_cached(sql)?;
        let told = statement.query_row([of.match_id, signed(one.no.0)], Told::read)?;
        let new = told.counted(one);
        if new != told.before {
            counting.goes(of.match_id, &told.before);
            counting.comes(of.match_id, &new);
            let sql =
                "UPDATE occurrence SET counted = ?3 WHERE match_id = ?1 AND occurrence_no = ?2";
            let values = params![of.match_id, signed(one.no.0), new.column()];
            self.index.prepare_cached(sql)?.execute(values)?;
        }
        Ok(())
    }
}

/// What the row of an occurrence says of players.
struct Told {
    kind: Option<Kind>,
    actors: Actors,
    actor_ids: Option<ActorIds>,
    by_player: bool,
    /// What it counted until now.
    before: Counted,
}

impl Told {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let text = |name| row.get_ref(name).map(|value| value.as_str().unwrap_or_default());
        Ok(Self {
            kind: kind_of(text("kind")?),
            actors: serde_json::from_str(text("actors")?).unwrap_or_default(),
            actor_ids: serde_json::from_str(text("actor_ids")?).ok(),
            by_player: statistics::by_player(text("details")?),
            before: Counted::read(row.get_ref("counted")?.as_str().ok()),
        })
    }

    fn counted(&self, one: &Occurrence) -> Counted {
        let Some(kind) = self.kind else { return Counted::default() };
        Counted::of(&facts(one, kind, (&self.actors, self.actor_ids.as_ref()), self.by_player))
    }
}

/// How far an occurrence counts for players, and for its helpers.
pub(super) fn weight(one: &Occurrence) -> (bool, bool) {
    (one.counts(), one.grounds.assists_agreed)
}

/// What an occurrence counts that is told so.
pub(super) fn counted(one: &Occurrence, told: &Texts, ids: Option<&ActorIds>) -> Counted {
    let Some(kind) = kind_of(&told.kind) else { return Counted::default() };
    let by_player = statistics::by_player(&told.details);
    Counted::of(&facts(one, kind, (&told.actors, ids), by_player))
}

fn facts<'f>(
    one: &Occurrence,
    kind: Kind,
    (actors, actor_ids): (&'f Actors, Option<&'f ActorIds>),
    by_player: bool,
) -> Facts<'f> {
    Facts {
        kind,
        standing: one.belief.standing,
        seen_by: one.belief.seen_by,
        expected: one.belief.expected,
        grounds: one.grounds,
        is_late: one.is_late,
        actors,
        actor_ids,
        by_player,
    }
}

fn kind_of(word: &str) -> Option<Kind> {
    Kind::ALL.into_iter().find(|kind| kind.as_str() == word)
}
