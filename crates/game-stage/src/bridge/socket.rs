//! Messages over one WebSocket, which is opened when the first goes and again whenever it
//! was lost.

use anyhow::{Context, Result};
use futures_util::{SinkExt, StreamExt};
use reqwest::{StatusCode, Url, header::SEC_WEBSOCKET_PROTOCOL};
use serde::Deserialize;
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{Error, Message, client::IntoClientRequest, handshake::client::Request},
};

use super::{ANSWER_TIMEOUT, BridgeTarget, Sent};

/// What a page asks to speak, beside the token, which a page can put nowhere else.
const PROTOCOL: &str = "ringside.gep.v1, ringside.token.";

/// What the bridge answers each message with.
#[derive(Deserialize)]
struct Answer {
    taken: usize,
}

/// Who talks to the bridge.
pub(super) struct Socket {
    host: String,
    port: u16,
    request: Request,
    line: Option<WebSocketStream<TcpStream>>,
}

impl Socket {
    /// Nothing is opened yet.
    pub(super) fn to(target: &BridgeTarget) -> Result<Self> {
        let url = Url::parse(&target.url).context("the bridge's address is none")?;
        let host = url.host_str().context("the bridge's address names no host")?.to_owned();
        let port = url.port_or_known_default().context("the bridge's address names no port")?;
        let mut request = format!("ws://{host}:{port}{}", url.path())
            .into_client_request()
            .context("no address")?;
        let protocols = format!("{PROTOCOL}{}", target.token);
        let protocols = protocols.parse().context("the token cannot be sent")?;
        request.headers_mut().insert(SEC_WEBSOCKET_PROTOCOL, protocols);
        Ok(Self { host, port, request, line: None })
    }

    pub(super) async fn send(&mut self, message: Vec<u8>) -> Sent {
        // What is no text was never a message of the page's.
        let Ok(text) = String::from_utf8(message) else {
            return Sent::Refused(StatusCode::BAD_REQUEST);
        };
        match timeout(ANSWER_TIMEOUT, self.exchange(text)).await {
            Ok(sent @ (Sent::Taken | Sent::Refused(_))) => sent,
            Ok(Sent::Later) | Err(_) => Sent::Later,
        }
    }

    async fn exchange(&mut self, text: String) -> Sent {
        let mut line = match self.line.take() {
            Some(line) => line,
            None => match self.open().await {
                Ok(line) => line,
                Err(sent) => return sent,
            },
        };
        if line.send(Message::Text(text.into())).await.is_err() {
            return Sent::Later;
        }
        while let Some(Ok(said)) = line.next().await {
            let Message::Text(answer) = said else { continue };
            let taken = serde_json::from_str(&answer).map_or(0, |Answer { taken }| taken);
            // Whoever is answered may go on; any other line is given up.
            self.line = Some(line);
            return if taken > 0 { Sent::Taken } else { Sent::Later };
        }
        Sent::Later
    }

    async fn open(&self) -> Result<WebSocketStream<TcpStream>, Sent> {
        let stream = TcpStream::connect((self.host.as_str(), self.port)).await;
        let stream = stream.map_err(|_| Sent::Later)?;
        match client_async(self.request.clone(), stream).await {
            Ok((line, _)) => Ok(line),
            Err(Error::Http(answer)) if answer.status() != StatusCode::SERVICE_UNAVAILABLE => {
                Err(Sent::Refused(answer.status()))
            }
            Err(_) => Err(Sent::Later),
        }
    }
}
