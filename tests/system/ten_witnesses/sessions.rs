//! The same without programs: what ten clients show, through the real session logic,
//! straight into joining and association, for many matches.
//!
//! What a companion and a server add is left out but for time: each device sees at
//! its own instants, on a clock that began when it did, and sends some seconds
//! later, one of them only after the end.

use std::collections::{BTreeMap, BTreeSet};

use association::{
    Hints, LogNo, MatchState, Occurrence, Report, Rules, Sighting, TimeQuality,
    joining::{Evidence, SessionSummary, join},
};
use event_model::{
    Channel, ClockEpoch, ClockReading, DeviceId, Event, Frame, Kind, Origin, Reading, Source,
    WallTime,
};
use game_session::{SourceState, cut_secrets};
use serde_json::{Value, json};
use simulator::{Cs2Match, LeagueClient, LeagueMatch, PROVIDER_EPOCH_S, Prng};
use uuid::Uuid;

/// Between an event and its arrival, but for who is offline.
const SENT_AFTER_MS: (u64, u64) = (100, 6_000);
/// By how much the server's correction is off: half a round trip, and drift.
const CORRECTED_MS: u64 = 150;
/// When all of it begins.
const BEGIN_MS: i64 = PROVIDER_EPOCH_S * 1_000;

/// An event as the server gets it.
pub(super) struct Sent {
    arrived_ms: u64,
    seen_ms: u64,
    off_ms: u64,
    device: Uuid,
    sequence: u64,
    event: Event,
}

/// What a device shows its companion.
pub(super) type Frames = Vec<(u64, Reading)>;

/// What a companion is answered that asks each so often, from its own instant on.
pub(super) fn league_frames(
    play: &LeagueMatch,
    client: &LeagueClient,
    poll_ms: u64,
    prng: &mut Prng,
) -> Frames {
    let phase_ms = prng.below(poll_ms);
    let polls = (0..=play.end_ms() / poll_ms + 2).map(|poll| poll * poll_ms + phase_ms);
    let shown = polls.filter_map(|at_ms| Some((at_ms, play.document_of(client, at_ms)?)));
    let frames = shown.map(|(at_ms, document)| {
        let mut frame = Frame::new(Channel::Poll, document);
        frame.status = Some(200);
        (at_ms, Reading::Frame(frame))
    });
    frames.collect()
}

pub(super) fn cs2_frames(client: &Cs2Match) -> Frames {
    let requests = client.requests("a token of a game's").into_iter();
    let frames = requests.map(|request| {
        let mut frame = Frame::new(Channel::Http, request.body);
        frame.method = Some(request.method.to_owned());
        frame.path = Some(request.url.to_owned());
        cut_secrets(Source::Cs2, &mut frame);
        (u64::try_from(request.timestamp.unix_ms() - BEGIN_MS).unwrap(), Reading::Frame(frame))
    });
    frames.collect()
}

/// What a companion sends of it. One who is offline sends after the end.
pub(super) fn sent(
    source: Source,
    device: u128,
    frames: &Frames,
    is_offline: bool,
    prng: &mut Prng,
) -> Vec<Sent> {
    let mut state = SourceState::new(source).unwrap();
    let end_ms = frames.last().map_or(0, |(at_ms, _)| *at_ms);
    let mut seen = Vec::new();
    for (at_ms, reading) in frames {
        seen.extend(state.observe(reading).events.into_iter().map(|event| (*at_ms, event)));
    }
    seen.extend(state.finish().events.into_iter().map(|event| (end_ms, event)));
    let sent = (1..).zip(seen).map(|(sequence, (seen_ms, event))| {
        let late_ms = prng.between(SENT_AFTER_MS.0, SENT_AFTER_MS.1);
        let from_ms = if is_offline && seen_ms > end_ms / 2 { 2 * end_ms } else { seen_ms };
        let off_ms = prng.below(CORRECTED_MS);
        let (arrived_ms, device) = (from_ms + late_ms, Uuid::from_u128(device));
        Sent { arrived_ms, seen_ms, off_ms, device, sequence, event }
    });
    sent.collect()
}

/// What joining and association make of what arrives, in its order: of each match
/// its occurrences as a read shows them. Also the log.
pub(super) fn associate(mut sent: Vec<Sent>) -> (Vec<Vec<Value>>, Vec<Value>) {
    sent.sort_by_key(|one| (one.arrived_ms, one.device, one.sequence));
    let log: Vec<Value> = sent.iter().map(Sent::logged).collect();
    let mut sessions: BTreeMap<String, SessionSummary> = BTreeMap::new();
    for (position, one) in (1..).zip(&sent) {
        let data = &one.event.data;
        let session = sessions
            .entry(one.subject())
            .or_insert_with(|| SessionSummary::new(data.match_ref.key.clone(), data.game.clone()));
        let is_evidence = one.event.kind == Kind::SessionEvidence;
        one.tell(position, &mut |report| {
            session.hear(report);
            if is_evidence {
                session.learn(report, &one.evidence());
            }
        });
    }
    let partition = join(sessions.values());
    let matches = partition.matches().map(|keys| {
        let keys: BTreeSet<String> = keys.iter().map(ToString::to_string).collect();
        let mut state = MatchState::new(Rules::of(&sent[0].event.data.game));
        for (position, one) in (1..).zip(&sent).filter(|(_, one)| keys.contains(&one.subject())) {
            one.place(position, &mut state);
        }
        state.seal();
        state.occurrences().iter().map(|occurrence| view(occurrence, &log)).collect()
    });
    (matches.collect(), log)
}

impl Sent {
    fn subject(&self) -> String {
        self.event.data.match_ref.key.to_string()
    }

    fn place(&self, position: u64, state: &mut MatchState) {
        if self.event.kind == Kind::SessionEvidence {
            let roster = self.evidence().roster;
            let observer = self.event.data.observer.as_deref().unwrap();
            let names = roster.iter().map(String::as_str);
            state.hear_roster(DeviceId(self.device), observer, names);
        } else {
            self.tell(position, &mut |report| {
                state.place(report);
            });
        }
        state.resolve_if_due();
    }

    fn evidence(&self) -> Evidence {
        Evidence::read(&serde_json::to_string(&self.event.data.details).unwrap())
    }

    fn tell(&self, position: u64, listener: &mut dyn FnMut(&Report<'_>)) {
        let (data, details) = (&self.event.data, &self.event.data.details);
        let text = |name: &str| details.get(name).and_then(Value::as_str);
        let score = details.get("score").filter(|score| score.is_object()).map(Value::to_string);
        let streak = details.get("kill_streak").and_then(Value::as_u64);
        let seen_ms = BEGIN_MS + i64::try_from(self.seen_ms).unwrap();
        let corrected_ms = seen_ms + i64::try_from(self.off_ms).unwrap();
        listener(&Report {
            device: DeviceId(self.device),
            event_id: &self.event.id.to_string(),
            subject: &self.subject(),
            position,
            kind: Some(self.event.kind),
            identity: Some(data.identity),
            origin: Some(Origin::Live),
            observer: data.observer.as_deref(),
            actors: &data.actors,
            actor_ids: data.actor_ids.as_ref(),
            round: data.round,
            ordinal: data.ordinal.as_ref(),
            match_clock_ms: data.match_clock_ms,
            observed: Some(ClockReading { epoch: ClockEpoch(self.device), mono_ms: self.seen_ms }),
            time: Some(WallTime::from_unix_ms(seen_ms)),
            corrected: Sighting {
                at: WallTime::from_unix_ms(corrected_ms),
                quality: TimeQuality::Good,
            },
            outbox: None,
            sequence: Some(self.sequence),
            hints: Hints {
                name: text("name"),
                team: text("team"),
                winner: text("winner"),
                score: score.as_deref(),
                streak: streak.and_then(|streak| streak.try_into().ok()),
            },
        });
    }

    /// As the server's log has it.
    fn logged(&self) -> Value {
        let time = BEGIN_MS + i64::try_from(self.seen_ms).unwrap();
        json!({
            "source": format!("urn:ringside:device:{}", self.device),
            "id": self.event.id.to_string(),
            "type": self.event.kind.event_type(),
            "sequence": self.sequence.to_string(),
            "time": WallTime::from_unix_ms(time).to_string(),
            "data": self.event.data,
        })
    }
}

/// An occurrence as the server shows it.
fn view(occurrence: &Occurrence, log: &[Value]) -> Value {
    let event = |no: LogNo| &log[usize::try_from(no.0).unwrap() - 1];
    let said = &occurrence.said;
    let actor = |no: LogNo, name: &str| event(no)["data"]["actors"][name].clone();
    let kinds: BTreeSet<&str> =
        occurrence.reports.iter().map(|no| event(*no)["type"].as_str().unwrap()).collect();
    let kind = if kinds.len() > 1 { "ringside.kill.v1" } else { kinds.first().unwrap() };
    let witnesses = occurrence.reports.iter().map(|no| {
        let device = event(*no)["source"].as_str().unwrap().rsplit(':').next();
        json!({ "device": device, "event_id": event(*no)["id"] })
    });
    json!({
        "id": occurrence.no.0.to_string(),
        "kind": kind.split('.').nth(1),
        "actors": {
            "attacker": actor(said.attacker_from, "attacker"),
            "victim": actor(said.victim_from, "victim"),
            "assists": actor(said.assists_from, "assists"),
        },
        "round": said.round,
        "match_clock_ms": said.match_clock_ms,
        "linked": occurrence.linked.iter().map(|no| no.0).collect::<Vec<_>>(),
        "witnesses": witnesses.collect::<Vec<_>>(),
    })
}
