//! What the server made of a match.

use event_model::{MatchKey, Moment, WallTime};
use ingest_api::{Lifetimes, OccurrenceView};
use match_archive::KeptMatch;
use match_story::{Occurrence, Standing, Story, Uploads, Witness, witnessed};
use uploader::ReadError;

use super::{Matches, NotAsked, NotTold, WitnessAnswer, read, server::not_told, small, uploads};
use crate::{
    Error,
    history::{self, beside},
};

impl Matches {
    /// What the server made of a match: as it was kept, where it is final; else the
    /// server is asked, where the player agreed to it.
    ///
    /// # Errors
    /// Where the history or the settings cannot be read.
    pub async fn witnesses(&self, key: &MatchKey, now: Moment) -> Result<WitnessAnswer, Error> {
        let Some((kept, story)) = self.told(key.clone()).await? else {
            return Ok(WitnessAnswer::NotAsked { why: NotAsked::NothingSent });
        };
        if let Some(witnessed) = kept.witnessed {
            return Ok(WitnessAnswer::Here { witnessed, is_final: true });
        }
        let reads = match self.agreed()? {
            Ok(reads) => reads,
            Err(why) => return Ok(WitnessAnswer::NotAsked { why }),
        };
        let uploads = uploads(&kept, self.standing(key));
        if uploads.sent == 0 {
            return Ok(WitnessAnswer::NotAsked { why: NotAsked::NothingSent });
        }
        match reads.occurrences(key).await {
            Ok(found) => {
                let occurrences: Vec<_> = found.occurrences.iter().map(occurrence).collect();
                let witnessed = witnessed(&story, &occurrences);
                if found.sealed {
                    self.keep(key.clone(), witnessed.clone()).await?;
                }
                Ok(WitnessAnswer::Here { witnessed, is_final: found.sealed })
            }
            Err(ReadError::Unknown) => {
                let told = last_told(story.summary().last_seen, kept.last_kept, uploads, now);
                Ok(not_yet(told, now))
            }
            Err(error) => Ok(WitnessAnswer::NotTold { why: not_told(error) }),
        }
    }

    async fn told(&self, key: MatchKey) -> Result<Option<(KeptMatch, Story)>, Error> {
        let matches = self.clone();
        beside(move || {
            let Some(mut archive) = matches.filled()? else { return Ok(None) };
            let kept = archive.kept(&key).map_err(Error::History)?;
            Ok(kept.and_then(|kept| read(&key, &kept).story.map(|story| (kept, story))))
        })
        .await
    }

    async fn keep(&self, key: MatchKey, what: match_story::Witnessed) -> Result<(), Error> {
        let dir = self.dir.clone();
        beside(move || history::open(&dir)?.keep_witnessed(&key, &what).map_err(Error::History))
            .await
    }
}

/// When this PC told, or tells, of a match last. An old recording that is read today is
/// told of today; what waits is told of from now on.
fn last_told(seen: WallTime, kept: WallTime, uploads: Uploads, now: Moment) -> WallTime {
    let waits = (uploads.waiting > 0).then_some(now.wall);
    seen.max(kept).max(waits.unwrap_or(seen))
}

/// A server shows a match to a device when nothing can be learnt from it any more: when
/// it is over for all, and at the latest when nobody has told of it for a day. `told` is
/// when this PC told of it last.
fn not_yet(told: WallTime, now: Moment) -> WitnessAnswer {
    let lifetimes = Lifetimes::default();
    let after = |seconds: u64| {
        let ms = i64::try_from(seconds.saturating_mul(1_000)).unwrap_or(i64::MAX);
        told.plus_ms(ms)
    };
    let until = after(lifetimes.seal_after_s);
    if until < now.wall {
        return WitnessAnswer::NotTold { why: NotTold::Gone };
    }
    WitnessAnswer::NotYet { from: after(lifetimes.seal_not_before_s), until }
}

fn occurrence(view: &OccurrenceView) -> Occurrence {
    let witnesses = view.witnesses.iter();
    Occurrence {
        id: view.id.to_string(),
        standing: match view.standing {
            ingest_api::Standing::Lone => Standing::Lone,
            ingest_api::Standing::Supported => Standing::Supported,
            ingest_api::Standing::Confirmed => Standing::Confirmed,
            ingest_api::Standing::Contradicted => Standing::Contradicted,
        },
        seen_by: small(view.seen_by),
        expected: small(view.expected),
        witnesses: witnesses
            .map(|one| Witness { event_id: one.event_id.clone(), late: one.late })
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipeline::tests::at;

    const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

    #[test]
    fn a_match_of_an_old_recording_is_not_gone_before_the_server_could_have_sealed_it() {
        let now = at(0);
        let (last_year, today) = (now.wall.plus_ms(-365 * DAY_MS), now.wall.plus_ms(-1_000));
        let sent = Uploads { sent: 9, waiting: 0, refused: 0 };
        let answer = |kept, uploads| not_yet(last_told(last_year, kept, uploads, now), now);
        let gone = WitnessAnswer::NotTold { why: NotTold::Gone };
        assert!(matches!(answer(today, sent), WitnessAnswer::NotYet { until, .. }
            if until > now.wall));
        assert_eq!(answer(last_year, sent), gone, "played and sent last year");
        let waiting = Uploads { waiting: 1, ..sent };
        assert!(matches!(answer(last_year, waiting), WitnessAnswer::NotYet { .. }));
    }
}
