//! One reader's stream, as server-sent events: `look` is a `PageLook`, and what has
//! no name is a `LiveUpdate`.

use std::{convert::Infallible, sync::Arc, time::Duration};

use axum::{
    http::StatusCode,
    response::{
        IntoResponse, Response, Sse,
        sse::{Event, KeepAlive},
    },
};
use futures_util::{Stream, stream};
use loopback::IDLE_MAX;
use serde::Serialize;
use tokio::sync::OwnedSemaphorePermit;

use crate::show::{Bells, Show, Told, Turn};

/// So often a reader hears something, so that it and we notice a lost connection.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
const _: () = assert!(KEEP_ALIVE.as_secs() * 2 < IDLE_MAX.as_secs(), "a quiet one would end");

/// Nothing is kept back: then a change says when there is more.
const NEVER: Duration = Duration::MAX;

/// To a page too many.
const NO_ROOM: &str = "As many stream pages are open as may be. Close one of them.\n\
    Es sind so viele Stream-Seiten offen, wie es sein dürfen. Schließe eine davon.\n";

struct Reader {
    show: Arc<Show>,
    told: Told,
    bells: Bells,
    _place: OwnedSemaphorePermit,
}

/// Everything there is to show, then what changes, until the readers are ended; where
/// there is room. The bells are asked for before it is known who reads: who may read
/// no more from then on is ended.
pub(crate) fn follow(show: &Arc<Show>, bells: Bells) -> Response {
    match show.place() {
        Some(place) => stream(Arc::clone(show), bells, place).into_response(),
        None => (StatusCode::SERVICE_UNAVAILABLE, NO_ROOM).into_response(),
    }
}

fn stream(
    show: Arc<Show>,
    bells: Bells,
    place: OwnedSemaphorePermit,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let reader = Reader { show, told: Told::default(), bells, _place: place };
    let told = stream::unfold(reader, async |mut reader| {
        let event = reader.next().await?;
        Some((Ok(event), reader))
    });
    Sse::new(told).keep_alive(KeepAlive::new().interval(KEEP_ALIVE))
}

impl Reader {
    async fn next(&mut self) -> Option<Event> {
        loop {
            if !matches!(self.bells.ended.has_changed(), Ok(false)) {
                return None;
            }
            self.bells.changed.mark_unchanged();
            let wait = match self.show.turn(&mut self.told) {
                Turn::Look(look) => return Some(of(Event::default().event("look"), &look)),
                Turn::Tell(update) => return Some(of(Event::default(), &update)),
                Turn::Wait(wait) => wait,
            };
            tokio::select! {
                _ = self.bells.ended.changed() => return None,
                _ = self.bells.changed.changed() => {}
                () = tokio::time::sleep(wait.unwrap_or(NEVER)) => {}
            }
        }
    }
}

fn of(event: Event, what: &impl Serialize) -> Event {
    event.data(serde_json::to_string(what).expect("plain data is always JSON"))
}
