//! A question to the portal, whose answer is a signal.

use std::collections::HashMap;

use futures_util::StreamExt;
use tracing::debug;
use zbus::{
    Proxy,
    proxy::{OwnerChangedStream, SignalStream},
    zvariant::OwnedValue,
};

use crate::{Failure, Portal, portal};

const INTERFACE: &str = "org.freedesktop.portal.Request";

/// The player, or the desktop for them, said no.
const CANCELLED: u32 = 1;

/// A question that is under way.
pub(crate) struct Request {
    proxy: Proxy<'static>,
    answers: SignalStream<'static>,
    owners: OwnerChangedStream<'static>,
}

impl Request {
    /// Listens for the answer to the question of this token, before it is asked.
    pub(crate) async fn listen(portal: &Portal, token: &str) -> zbus::Result<Self> {
        let connection = portal.proxy.connection();
        let sender = connection.unique_name().map(|name| name.as_str()).unwrap_or_default();
        let sender = sender.trim_start_matches(':').replace('.', "_");
        let path = format!("/org/freedesktop/portal/desktop/request/{sender}/{token}");
        let proxy = portal::proxy(connection, &path, INTERFACE).await?;
        let answers = proxy.receive_signal("Response").await?;
        let owners = portal.proxy.receive_owner_changed().await?;
        Ok(Self { proxy, answers, owners })
    }

    /// Waits for the answer.
    pub(crate) async fn answer(&mut self) -> Result<HashMap<String, OwnedValue>, Failure> {
        let answer = tokio::select! {
            answer = self.answers.next() => answer,
            // The portal that was asked is gone, and its question with it.
            _ = self.owners.next() => None,
        };
        let answer = answer.ok_or(Failure::NoPortal)?;
        let (code, results) = answer.body().deserialize()?;
        match code {
            0 => Ok(results),
            CANCELLED => Err(Failure::Refused),
            _ => Err(Failure::Failed(String::new())),
        }
    }

    /// Takes the question back, with what the desktop shows of it.
    pub(crate) async fn close(&self) {
        let closed = portal::within(self.proxy.call_method("Close", &())).await;
        if let Err(why) = closed {
            debug!(%why, "A question cannot be taken back");
        }
    }
}
