//! A crowd as files, for whoever tests a server or a method of their own: what
//! each device sends, as it is on the wire, and the truth.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{BufWriter, Write},
    path::Path,
};

use anyhow::{Context, Result};
use event_model::{CloudEvent, EventData, MatchKey, MatchOrigin, MatchRef, Origin};
use serde_json::{Value, json};

use super::{Crowd, Happening, Listed, Sent, Told, happening::player_name};
use crate::TRUTH_FILE;

/// Name of the file of what a device sends: a CloudEvent a line, in its order.
#[must_use]
pub fn device_file(device_no: usize) -> String {
    format!("device-{device_no:02}.jsonl")
}

impl Crowd {
    /// Writes the files into a folder, which is made where it is missing.
    ///
    /// # Errors
    /// Where the folder cannot be written.
    pub fn write(&self, folder: &Path) -> Result<()> {
        let cannot = || format!("cannot write to {}", folder.display());
        fs::create_dir_all(folder).with_context(cannot)?;
        for device_no in 0..self.plan.streams() {
            let own = self.sent.iter().filter(|sent| sent.device_no == device_no);
            lines(&folder.join(device_file(device_no)), own).with_context(cannot)?;
        }
        let truth = serde_json::to_string_pretty(&self.truth())?;
        fs::write(folder.join(TRUTH_FILE), truth + "\n").with_context(cannot)
    }

    /// What happened, and for each report what it really is: `happening` is a
    /// place in `happened`, or nothing for what was made up.
    fn truth(&self) -> Value {
        json!({
            "seed": self.plan.seed,
            "match": self.sent.first().map(|sent| sent.told.subject.as_str()),
            "happened": self.happened.iter().map(happening).collect::<Vec<_>>(),
            "reports": self.sent.iter().map(report).collect::<Vec<_>>(),
            "listed": self.listed.iter().map(listed).collect::<Vec<_>>(),
            "deleted": self.deleted,
        })
    }
}

fn lines<'a>(path: &Path, sent: impl Iterator<Item = &'a Sent>) -> Result<()> {
    let mut file = BufWriter::new(File::create(path)?);
    for sent in sent {
        writeln!(file, "{}", sent.told.cloud_event()?.to_json())?;
    }
    Ok(file.flush()?)
}

fn happening(happened: &Happening) -> Value {
    json!({
        "at_ms": happened.at_ms,
        "kind": happened.kind.as_str(),
        "attacker": happened.attacker.map(player_name),
        "victim": happened.victim.map(player_name),
        "assists": happened.assists.iter().map(|mate| player_name(*mate)).collect::<Vec<_>>(),
        "round": happened.round,
        "is_repeat": happened.is_repeat,
        "name": happened.thing.as_ref().map(|thing| thing.name.as_str()),
    })
}

fn report(sent: &Sent) -> Value {
    json!({
        "file": device_file(sent.device_no),
        "id": sent.told.event_id,
        "sequence": sent.told.sequence,
        "arrived_ms": sent.arrived_ms,
        "corrected": sent.told.corrected.at,
        "happening": sent.truth,
        "by_liar": sent.by_liar,
    })
}

fn listed(listed: &Listed) -> Value {
    let Listed { device, observer, players } = listed;
    json!({ "device": device.urn(), "observer": observer, "players": players })
}

impl Told {
    /// The report as its device sends it.
    ///
    /// # Errors
    /// Where its values are no JSON, which those of a crowd always are.
    fn cloud_event(&self) -> Result<CloudEvent> {
        let subject = Some(self.subject.clone());
        let mut data = serde_json::to_value(self.event_data())?;
        data["observed"] = serde_json::to_value(self.observed)?;
        Ok(CloudEvent {
            id: self.event_id.clone(),
            source: self.device.urn(),
            event_type: self.kind.event_type(),
            partition_key: subject.clone(),
            subject,
            time: Some(self.time),
            sequence: Some(self.sequence),
            origin: Some(Origin::Live),
            data,
        })
    }

    fn event_data(&self) -> EventData {
        let key = MatchKey::from_text(self.subject.as_str());
        let match_ref = MatchRef { key, origin: MatchOrigin::Native };
        EventData {
            observer: Some(self.observer.clone()),
            actors: self.actors.clone(),
            round: self.round,
            ordinal: self.ordinal.clone(),
            identity: self.identity,
            match_clock_ms: self.match_clock_ms,
            details: self.details(),
            ..EventData::of_match(self.game(), match_ref)
        }
    }

    fn details(&self) -> BTreeMap<String, Value> {
        let texts = [
            ("name", self.name.as_deref()),
            ("team", self.team),
            ("winner", self.winner),
            ("score", self.score.as_deref()),
        ];
        let texts = texts.into_iter().filter_map(|(name, text)| Some((name, json!(text?))));
        let streak = self.streak.map(|streak| ("kill_streak", json!(streak)));
        texts.chain(streak).map(|(name, value)| (name.to_owned(), value)).collect()
    }
}
