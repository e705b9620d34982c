//! A session: the hotkeys that are bound in it, and what becomes of them.

use std::{collections::HashMap, fmt, future::Future};

use futures_util::StreamExt;
use tracing::debug;
use zbus::{
    Proxy,
    message::Message,
    proxy::{OwnerChangedStream, SignalStream},
    zvariant::{ObjectPath, OwnedObjectPath, OwnedValue, Value},
};

use crate::{
    Failure, Given, Portal, Wish,
    given::{self, Listed},
    portal::{self, within},
    request::Request,
};

const INTERFACE: &str = "org.freedesktop.portal.Session";

/// The desktop's window is above none of ours: on Wayland that takes a handle
/// which the windows here have not.
const NO_WINDOW: &str = "";

/// What became of a session's hotkeys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum News {
    /// This one was pressed.
    Pressed(String),
    /// The player changed the keys in the desktop's settings.
    Changed(Vec<Given>),
    /// The desktop ended the session: no press comes any more.
    Closed,
}

/// A session with the portal. It ends when it is closed or the program ends.
pub struct Session {
    portal: Portal,
    proxy: Proxy<'static>,
    path: OwnedObjectPath,
    pressed: SignalStream<'static>,
    changed: SignalStream<'static>,
    closed: SignalStream<'static>,
    owners: OwnerChangedStream<'static>,
}

impl Session {
    /// The session of an answer to `CreateSession`.
    pub(crate) async fn of(
        portal: Portal,
        results: &HashMap<String, OwnedValue>,
    ) -> Result<Self, Failure> {
        let path = path_of(results).ok_or_else(|| Failure::Failed("no session".to_owned()))?;
        let proxy = portal::proxy(portal.proxy.connection(), path.as_str(), INTERFACE).await?;
        let pressed = portal.proxy.receive_signal("Activated").await?;
        let changed = portal.proxy.receive_signal("ShortcutsChanged").await?;
        let closed = proxy.receive_signal("Closed").await?;
        let owners = portal.proxy.receive_owner_changed().await?;
        Ok(Self { portal, proxy, path, pressed, changed, closed, owners })
    }

    /// Asks for hotkeys, once a session. The desktop may open a dialog, and waits
    /// for the player as long as they like, or until `withdrawn` comes.
    ///
    /// # Errors
    /// [`Failure::Refused`], [`Failure::Withdrawn`], or what the portal says.
    pub async fn bind(
        &self,
        wishes: &[Wish],
        withdrawn: impl Future<Output = ()>,
    ) -> Result<Vec<Given>, Failure> {
        let token = self.portal.token();
        let mut request = Request::listen(&self.portal, &token).await?;
        let wishes: Vec<_> = wishes.iter().map(on_the_wire).collect();
        let options = HashMap::from([("handle_token", Value::from(token))]);
        let body = (&self.path, wishes, NO_WINDOW, options);
        within(self.portal.proxy.call_method("BindShortcuts", &body)).await?;
        let results = tokio::select! {
            answer = request.answer() => answer?,
            () = withdrawn => {
                request.close().await;
                return Err(Failure::Withdrawn);
            }
        };
        let given = given::of_answer(results);
        // Some say that it went well, and not what was given.
        if given.is_empty() { self.list().await } else { Ok(given) }
    }

    /// The hotkeys of the session as they stand. It shows nothing to anybody.
    ///
    /// # Errors
    /// What the portal says.
    pub async fn list(&self) -> Result<Vec<Given>, Failure> {
        let told = self.portal.told("ListShortcuts", [], |options| (&self.path, options)).await?;
        Ok(given::of_answer(told))
    }

    /// Opens the desktop's own page of the keys, where [`Portal::configures`].
    ///
    /// # Errors
    /// What the portal says.
    pub async fn configure(&self) -> Result<(), Failure> {
        let body = (&self.path, NO_WINDOW, HashMap::<&str, Value<'_>>::new());
        within(self.portal.proxy.call_method("ConfigureShortcuts", &body)).await?;
        Ok(())
    }

    /// Waits for what becomes of the hotkeys. What comes while nobody waits is
    /// kept; nothing comes after [`News::Closed`].
    pub async fn next(&mut self) -> News {
        loop {
            let news = tokio::select! {
                biased;
                Some(message) = self.pressed.next() => pressed(&message, &self.path),
                Some(message) = self.changed.next() => changed(&message, &self.path),
                _ = self.closed.next() => Some(News::Closed),
                // The portal ended, and its sessions with it.
                _ = self.owners.next() => Some(News::Closed),
            };
            if let Some(news) = news {
                return news;
            }
        }
    }

    /// Ends the session, with what the desktop shows of it.
    pub async fn close(self) {
        if let Err(why) = within(self.proxy.call_method("Close", &())).await {
            debug!(%why, "A session cannot be closed");
        }
    }
}

fn on_the_wire(wish: &Wish) -> (&str, HashMap<&'static str, Value<'_>>) {
    let mut said = HashMap::from([("description", Value::from(&wish.description))]);
    if let Some(preferred) = &wish.preferred {
        said.insert("preferred_trigger", Value::from(preferred));
    }
    (&wish.id, said)
}

/// The interface has a text here where a path was meant; both are read.
fn path_of(results: &HashMap<String, OwnedValue>) -> Option<OwnedObjectPath> {
    let handle = results.get("session_handle")?;
    let text = handle.downcast_ref::<&str>().map(str::to_owned);
    let text = text.or_else(|_| handle.downcast_ref::<ObjectPath<'_>>().map(|it| it.to_string()));
    OwnedObjectPath::try_from(text.ok()?).ok()
}

fn pressed(message: &Message, ours: &OwnedObjectPath) -> Option<News> {
    type Body = (OwnedObjectPath, String, u64, HashMap<String, OwnedValue>);
    let (session, id, ..) = message.body().deserialize::<Body>().ok()?;
    (session == *ours).then_some(News::Pressed(id))
}

fn changed(message: &Message, ours: &OwnedObjectPath) -> Option<News> {
    type Body = (OwnedObjectPath, Vec<Listed>);
    let (session, listed) = message.body().deserialize::<Body>().ok()?;
    (session == *ours).then(|| News::Changed(given::of_list(listed)))
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Session").field(&self.path).finish()
    }
}
