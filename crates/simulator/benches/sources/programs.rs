//! What other programs tell, beside the games.

use std::hint::black_box;

use event_model::CloudEvent;
use serde_json::{Value, json};

use crate::{Row, a_second, row};

/// Events of one request: as many as a program may tell at once.
const EVENTS: usize = 100;

/// Events that are read as the listener reads them: each attribute looked at.
pub(crate) fn measured() -> String {
    let told: Vec<Value> = (0..EVENTS)
        .map(|number| {
            json!({
                "specversion": "1.0", "id": number.to_string(), "source": "urn:my-mod",
                "type": "org.example.lap", "subject": "race 7", "time": "2026-11-20T19:00:00Z",
                "data": { "lap": number, "driver": "Ana", "seconds": 83.25 },
            })
        })
        .collect();
    let body = serde_json::to_vec(&told).expect("plain data is JSON");
    let parsed = || serde_json::from_slice::<Vec<Value>>(&body).expect("it was written as JSON");
    let read = || {
        for value in &parsed() {
            drop(black_box(CloudEvent::parse(value)));
        }
        EVENTS
    };
    let plain = || black_box(parsed()).len();
    row(&Row {
        name: "programs' own events",
        frames: EVENTS,
        bytes: body.len(),
        ours: a_second(read),
        plain: a_second(plain),
        memory: "– | –".to_owned(),
    })
}
