//! Who may come in, decided before anything of a body is read.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::{HeaderMap, Method, Version, header},
    middleware::Next,
    response::Response,
};
use ingest_api::ProblemKind;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::{Config, app::App, phase::Phase, rejection::Rejection};

/// The places of requests that are worked on.
pub(crate) struct Places {
    free: Arc<Semaphore>,
    count: u32,
}

/// One of them. Work that goes on when its client has gone keeps a share of it.
#[derive(Clone)]
pub(crate) struct Place {
    _permit: Arc<OwnedSemaphorePermit>,
}

impl Places {
    pub(crate) fn new(count: usize) -> Self {
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        let permits = usize::try_from(count).unwrap_or(Semaphore::MAX_PERMITS);
        Self { free: Arc::new(Semaphore::new(permits.min(Semaphore::MAX_PERMITS))), count }
    }

    fn take(&self) -> Option<Place> {
        let permit = self.free.clone().try_acquire_owned().ok()?;
        Some(Place { _permit: Arc::new(permit) })
    }

    /// Waits until nobody works, and lets nobody begin any more.
    pub(crate) async fn emptied(&self) {
        if let Ok(all) = self.free.acquire_many(self.count).await {
            all.forget();
        }
    }

    /// How many are taken.
    pub(crate) fn taken(&self) -> usize {
        usize::try_from(self.count)
            .unwrap_or(usize::MAX)
            .saturating_sub(self.free.available_permits())
    }
}

/// Turns a request away, body unread, where the server cannot take it now.
pub(crate) async fn admit(
    State(app): State<Arc<App>>,
    mut request: Request,
    next: Next,
) -> Result<Response, Rejection> {
    check_phase(&app)?;
    if request.method() == Method::POST {
        let now = app.clock.now();
        app.disk.check(&now)?;
        app.backlog.check(&now)?;
    }
    let Some(place) = app.places.take() else {
        let detail = "as many requests are being worked on as this server takes at a time";
        return Err(Rejection::overloaded(detail));
    };
    request.extensions_mut().insert(place.clone());
    Ok(next.run(request).await)
}

/// Refuses what comes after the server was told to stop, and the connection
/// with it: the next attempt goes elsewhere, or to the server that comes after.
pub(crate) fn check_phase(app: &App) -> Result<(), Rejection> {
    match app.phases.current() {
        Phase::Serving => Ok(()),
        Phase::Draining | Phase::Closing => {
            Err(Rejection::overloaded("the server is stopping").closing())
        }
    }
}

/// Refuses a request that no server may guess the meaning of (RFC 9112, 3.2),
/// and one that asks for what is too long to be anything of ours.
pub(crate) async fn check_form(request: Request, next: Next) -> Result<Response, Rejection> {
    let target = request.uri().path_and_query().map_or(0, |target| target.as_str().len());
    if target > Config::TARGET_BYTES_MAX {
        let detail = format!("a path has at most {} bytes", Config::TARGET_BYTES_MAX);
        return Err(Rejection::new(ProblemKind::BadRequest, detail));
    }
    if !has_one_host(request.version(), request.headers()) {
        let detail = "an HTTP/1.1 request has exactly one Host header";
        return Err(Rejection::new(ProblemKind::BadRequest, detail).closing());
    }
    Ok(next.run(request).await)
}

fn has_one_host(version: Version, headers: &HeaderMap) -> bool {
    let hosts = headers.get_all(header::HOST).iter().count();
    hosts == 1 || (hosts == 0 && version < Version::HTTP_11)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[tokio::test]
    async fn who_waits_for_the_last_lets_nobody_in() {
        let places = Places::new(2);
        let (one, other) = (places.take().unwrap(), places.take().unwrap());
        assert!(places.take().is_none());
        assert_eq!(places.taken(), 2);
        let share = one.clone();
        drop((one, other));
        let emptied = places.emptied();
        tokio::pin!(emptied);
        let early = tokio::select! { biased; () = &mut emptied => true, () = async {} => false };
        assert!(!early, "a share of a place is a place");
        drop(share);
        emptied.await;
        assert!(places.take().is_none());
    }

    #[test]
    fn a_request_has_one_host() {
        let mut headers = HeaderMap::new();
        assert!(!has_one_host(Version::HTTP_11, &headers));
        assert!(has_one_host(Version::HTTP_10, &headers), "which had none");
        headers.append(header::HOST, HeaderValue::from_static("a"));
        assert!(has_one_host(Version::HTTP_11, &headers));
        headers.append(header::HOST, HeaderValue::from_static("b"));
        assert!(!has_one_host(Version::HTTP_10, &headers));
    }
}
