//! The portal of the session that the program runs in.

use std::{
    collections::HashMap,
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use tracing::debug;
use zbus::{
    Connection, Proxy,
    proxy::{Builder, CacheProperties},
    zvariant::{OwnedValue, Value},
};

use crate::{Failure, Session, request::Request};

const BUS_NAME: &str = "org.freedesktop.portal.Desktop";
const OBJECT: &str = "/org/freedesktop/portal/desktop";
const INTERFACE: &str = "org.freedesktop.portal.GlobalShortcuts";
const REGISTRY: &str = "org.freedesktop.host.portal.Registry";

/// Where no person is asked, an answer comes at once; a portal that the bus
/// has to start first takes longer, and the bus itself waits 25 seconds for it.
pub const ANSWER_WITHIN: Duration = Duration::from_secs(30);

/// The first version that opens the desktop's own page of the keys.
const CONFIGURES_SINCE: u32 = 2;

/// A desktop's portal for hotkeys.
#[derive(Debug, Clone)]
pub struct Portal {
    pub(crate) proxy: Proxy<'static>,
    version: u32,
    tokens: Arc<AtomicU32>,
}

impl Portal {
    /// The portal on the session bus, for the program with this id: that of its
    /// desktop entry, without the ending.
    ///
    /// # Errors
    /// [`Failure::NoPortal`] where there is none.
    pub async fn of_the_session(app_id: &str) -> Result<Self, Failure> {
        let connection = within(Connection::session()).await.map_err(nobody)?;
        Self::on(connection, app_id).await
    }

    /// The portal on this bus. The program must have said nothing to a portal on
    /// this connection before.
    ///
    /// # Errors
    /// [`Failure::NoPortal`] where there is none.
    pub async fn on(connection: Connection, app_id: &str) -> Result<Self, Failure> {
        // Portals before 1.20 have no such thing, and others say at once below
        // where they miss the id.
        if let Err(why) = register(&connection, app_id).await {
            debug!(%why, app_id, "The portal takes no id");
        }
        let proxy = within(proxy(&connection, OBJECT, INTERFACE)).await.map_err(nobody)?;
        let version = within(proxy.get_property::<u32>("version")).await.map_err(nobody)?;
        Ok(Self { proxy, version, tokens: Arc::default() })
    }

    /// Whether it opens the desktop's own page of the keys.
    #[must_use]
    pub fn configures(&self) -> bool {
        self.version >= CONFIGURES_SINCE
    }

    /// A session, which hotkeys are bound in once. It shows nothing to anybody.
    ///
    /// # Errors
    /// [`Failure::NotInstalled`], or what the portal says.
    pub async fn session(&self) -> Result<Session, Failure> {
        let token = self.token();
        let options = [("session_handle_token", Value::from(token.as_str()))];
        let results = self.told("CreateSession", options, |options| (options,)).await?;
        Session::of(self.clone(), &results).await
    }

    /// What the portal answers where it asks nobody.
    pub(crate) async fn told<'a, Body>(
        &self,
        method: &str,
        options: impl IntoIterator<Item = (&'static str, Value<'a>)>,
        body: impl FnOnce(HashMap<&'static str, Value<'a>>) -> Body,
    ) -> Result<HashMap<String, OwnedValue>, Failure>
    where
        Body: serde::Serialize + zbus::zvariant::DynamicType,
    {
        let answer = async {
            let token = self.token();
            let mut request = Request::listen(self, &token).await?;
            let mut options: HashMap<_, _> = options.into_iter().collect();
            options.insert("handle_token", Value::from(token));
            self.proxy.call_method(method, &body(options)).await?;
            request.answer().await
        };
        tokio::time::timeout(ANSWER_WITHIN, answer).await.unwrap_or_else(|_| Err(silent()))
    }

    /// A name for a request or a session; the connection is ours alone.
    pub(crate) fn token(&self) -> String {
        format!("ringside_{}", self.tokens.fetch_add(1, Ordering::Relaxed))
    }
}

/// A proxy that remembers nothing: what is asked is asked once.
pub(crate) async fn proxy(
    connection: &Connection,
    object: &str,
    interface: &'static str,
) -> zbus::Result<Proxy<'static>> {
    let builder = Builder::<Proxy<'static>>::new(connection)
        .destination(BUS_NAME)?
        .path(object.to_owned())?
        .interface(interface)?;
    builder.cache_properties(CacheProperties::No).build().await
}

async fn register(connection: &Connection, app_id: &str) -> Result<(), Failure> {
    let registry = within(proxy(connection, OBJECT, REGISTRY)).await?;
    let none = HashMap::<&str, Value<'_>>::new();
    within(registry.call_method("Register", &(app_id, none))).await?;
    Ok(())
}

pub(crate) async fn within<T, E: Into<Failure>>(
    asked: impl Future<Output = Result<T, E>>,
) -> Result<T, Failure> {
    let answer = tokio::time::timeout(ANSWER_WITHIN, asked).await;
    answer.map_err(|_| silent())?.map_err(Into::into)
}

fn silent() -> Failure {
    Failure::Failed("the portal does not answer".to_owned())
}

/// Whatever is wrong before there is a portal: there is none.
fn nobody(why: Failure) -> Failure {
    debug!(%why, "There is no portal for hotkeys");
    Failure::NoPortal
}
