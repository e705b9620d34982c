//! The stream page's life: served where the settings say so, and told what the
//! overlay is told.

mod lan;
mod qr;

use std::{
    ops::ControlFlow,
    sync::{Arc, Weak},
};

use companion::{DataDir, Settings, Stream as Chosen};
use live_view::{Attention, LiveUpdate};
use serde::{Deserialize, Serialize};
use stream_page::{
    Audience, Delay, Error, Names, Page, Pages, StreamLanguage, StreamLook, StreamPage, StreamToken,
};
use tauri::{AppHandle, Manager, async_runtime};
use tokio::sync::Mutex;
use tracing::warn;

pub(crate) use self::lan::{Lan, LanState};
use crate::{
    attention::Attentions,
    commands::{Problem, ProblemCode},
    live::Live,
    overlay_state::Overlay,
    words::Spoken,
    worn::Worn,
};

/// The stream's name among those who are told the live view.
const LABEL: &str = "stream";

/// The page, where it is served.
#[derive(Default)]
pub(crate) struct Stream(Mutex<Place>);

#[derive(Default)]
struct Place {
    served: Option<Arc<StreamPage>>,
    /// The port that it could not have.
    taken: bool,
}

/// What the settings' page shows of it.
#[derive(Debug, Clone, Serialize, specta::Type)]
pub(crate) struct StreamState {
    /// What the player chose.
    choice: StreamChoice,
    /// The page's address with its secret; absent while it is not served.
    address: Option<String>,
    /// Another program has the port, so it is not served although it is to be.
    port_taken: bool,
}

/// What a player chooses.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, specta::Type)]
pub(crate) struct StreamChoice {
    /// Whether it is served.
    enabled: bool,
    /// Where on this PC.
    port: u16,
    /// Whether the names of others are left out.
    hide_names: bool,
    /// How much later than the player an audience sees something, in seconds.
    delay_s: u16,
}

/// Serves the page where the settings say so. Where they cannot be read it is
/// not served: they may hide names.
pub(crate) async fn begin(app: AppHandle) {
    let stream = app.state::<Stream>();
    let mut place = stream.0.lock().await;
    // A first start has none yet, and makes them elsewhere.
    if !app.state::<Arc<DataDir>>().settings().exists() {
        return;
    }
    let Ok(settings) = settings(&app) else { return };
    if let Err(problem) = place.become_as(&app, settings.stream).await {
        warn!(?problem, "The stream page is not served");
    }
}

/// Keeps the pages that are served in the player's language, as they choose it.
pub(crate) async fn follow_language(app: AppHandle) {
    let mut changes = app.state::<Arc<Worn>>().changes();
    while changes.changed().await.is_ok() {
        take_look(&app).await;
    }
}

/// Has the pages that are served look as the overlay does now.
pub(crate) async fn take_look(app: &AppHandle) {
    let look = look(app);
    if let Some(page) = &app.state::<Stream>().0.lock().await.served {
        page.set_look(look);
    }
    app.state::<Lan>().set_look(look).await;
}

impl Stream {
    /// Whether it is served, and where.
    pub(crate) async fn state(&self, app: &AppHandle) -> Result<StreamState, Problem> {
        let place = self.0.lock().await;
        Ok(place.shown(settings(app)?.stream))
    }

    /// Serves it as the player chose.
    pub(crate) async fn choose(
        &self,
        app: &AppHandle,
        choice: StreamChoice,
    ) -> Result<StreamState, Problem> {
        let StreamChoice { enabled, port, hide_names, delay_s } = choice;
        // The page offers no longer one.
        Delay::new(delay_s).map_err(|error| Problem::new(ProblemCode::Other, error.to_string()))?;
        let mut place = self.0.lock().await;
        let chosen = Chosen { enabled, port, hide_names, delay_s };
        let before = settings(app)?;
        before.change_stream(&app.state::<Arc<DataDir>>(), chosen)?;
        if before.stream.port != port {
            place.served = None;
        }
        place.become_as(app, chosen).await?;
        app.state::<Lan>().set_audience(audience(chosen)).await;
        Ok(place.shown(chosen))
    }

    /// Serves it no more, until the player chooses it again: settings and address were
    /// erased.
    pub(crate) async fn end(&self) {
        *self.0.lock().await = Place::default();
    }

    /// Replaces its address.
    pub(crate) async fn new_address(&self, app: &AppHandle) -> Result<StreamState, Problem> {
        let place = self.0.lock().await;
        let token = new_token(app)?;
        if let Some(page) = &place.served {
            page.replace_token(token);
        }
        Ok(place.shown(settings(app)?.stream))
    }
}

impl Place {
    async fn become_as(&mut self, app: &AppHandle, chosen: Chosen) -> Result<(), Problem> {
        self.taken = false;
        if !chosen.enabled {
            self.served = None;
            return Ok(());
        }
        if let Some(page) = &self.served {
            page.set_audience(audience(chosen));
            return Ok(());
        }
        let token = match kept_token(app)? {
            Some(token) => token,
            None => new_token(app)?,
        };
        let pages = Arc::new(AppPages(app.clone()));
        match StreamPage::serve(chosen.port, token, audience(chosen), look(app), pages).await {
            Ok(page) => {
                let page = Arc::new(page);
                followed(app, LABEL, &page, StreamPage::tell);
                self.served = Some(page);
            }
            Err(Error::Bind { port, cause }) => {
                warn!(port, %cause, "The stream page is not served");
                self.taken = true;
            }
            Err(Error::NoRandomness | Error::NoNetwork | Error::OnTheInternet) => {
                return Err(ProblemCode::Other.into());
            }
        }
        Ok(())
    }

    fn shown(&self, chosen: Chosen) -> StreamState {
        let Chosen { enabled, port, hide_names, delay_s } = chosen;
        StreamState {
            choice: StreamChoice { enabled, port, hide_names, delay_s },
            address: self.served.as_ref().map(|page| page.address()),
            port_taken: self.taken,
        }
    }
}

/// Tells a page the live view for as long as it is served.
fn followed<T: Send + Sync + 'static>(
    app: &AppHandle,
    label: &str,
    page: &Arc<T>,
    tell: fn(&T, LiveUpdate),
) {
    let looks = app.state::<Attentions>().look(label, Attention::Shown);
    let (live, following) = (Arc::clone(&app.state::<Arc<Live>>()), Arc::downgrade(page));
    async_runtime::spawn(async move {
        live.follow(looks, |update| match Weak::upgrade(&following) {
            Some(page) => {
                tell(&page, update);
                ControlFlow::Continue(())
            }
            None => ControlFlow::Break(()),
        })
        .await;
    });
}

/// How the overlay looks, for those who look elsewhere.
fn look(app: &AppHandle) -> StreamLook {
    let language = match app.state::<Arc<Worn>>().spoken() {
        Spoken::English => StreamLanguage::En,
        Spoken::German => StreamLanguage::De,
    };
    StreamLook { rows: app.state::<Overlay>().state().rows(), language }
}

/// A delay that no stream may have is the longest that one may.
fn audience(chosen: Chosen) -> Audience {
    let longest = || Delay::new(stream_page::DELAY_MAX_S).unwrap_or_default();
    Audience {
        names: if chosen.hide_names { Names::Hidden } else { Names::Shown },
        delay: Delay::new(chosen.delay_s).unwrap_or_else(|_| longest()),
    }
}

fn settings(app: &AppHandle) -> Result<Settings, Problem> {
    Ok(Settings::load_or_create(&app.state::<Arc<DataDir>>())?)
}

/// The address of the last run, where its file has one.
fn kept_token(app: &AppHandle) -> Result<Option<StreamToken>, Problem> {
    let kept = app.state::<Arc<DataDir>>().stream_token()?;
    Ok(kept.and_then(|text| StreamToken::try_from(text).ok()))
}

fn new_token(app: &AppHandle) -> Result<StreamToken, Problem> {
    let token = StreamToken::generate().map_err(|_| ProblemCode::Other)?;
    app.state::<Arc<DataDir>>().keep_stream_token(token.expose())?;
    Ok(token)
}

/// The app's own pages.
struct AppPages(AppHandle);

impl Pages for AppPages {
    fn page(&self, path: &str) -> Option<Page> {
        let asset = self.0.asset_resolver().get(path.to_owned())?;
        Some(Page { bytes: asset.bytes, media_type: asset.mime_type })
    }
}
