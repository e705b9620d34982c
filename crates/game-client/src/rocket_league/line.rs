//! What the game speaks through: a stream of bytes, or a WebSocket.
//!
//! The vendor's reference says WebSocket, and every build that was recorded sends a raw
//! stream. A raw one may be silent for as long as no match is on, and a WebSocket is
//! until somebody asks. So whoever hears nothing asks, through a connection of its own.

use std::{net::Ipv4Addr, time::Duration};

use event_model::Channel;
use futures_util::StreamExt;
use tokio::{io::AsyncReadExt, net::TcpStream, time::timeout};
use tokio_tungstenite::{
    WebSocketStream, client_async_with_config,
    tungstenite::{Message, protocol::WebSocketConfig},
};

use super::MESSAGE_BYTES_MAX;

/// Who upgrades a connection does it at once, on this machine.
const UPGRADE_TIMEOUT: Duration = Duration::from_secs(1);

/// A connection.
pub(super) enum Line {
    Tcp(TcpStream),
    WebSocket(Box<WebSocketStream<TcpStream>>),
}

/// What came.
pub(super) enum Heard {
    /// So many bytes of a stream.
    Bytes(usize),
    /// A whole message.
    Message(Vec<u8>),
    /// Something that is none.
    Nothing,
}

impl Line {
    pub(super) fn channel(&self) -> Channel {
        match self {
            Self::Tcp(_) => Channel::Tcp,
            Self::WebSocket(_) => Channel::WebSocket,
        }
    }

    /// What comes next, in `buffer` where it is bytes. Nothing is lost where nobody
    /// waits for the answer any more.
    ///
    /// # Errors
    /// Where the connection is over: why.
    pub(super) async fn hear(&mut self, buffer: &mut [u8]) -> Result<Heard, String> {
        let closed = || "the game closed the connection".to_owned();
        match self {
            Self::Tcp(stream) => match stream.read(buffer).await {
                Ok(0) => Err(closed()),
                Ok(length) => Ok(Heard::Bytes(length)),
                Err(error) => Err(error.to_string()),
            },
            Self::WebSocket(stream) => match stream.next().await {
                Some(Ok(Message::Text(text))) => Ok(Heard::Message(text.as_bytes().to_vec())),
                Some(Ok(Message::Binary(bytes))) => Ok(Heard::Message(bytes.to_vec())),
                Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => {
                    Ok(Heard::Nothing)
                }
                Some(Ok(Message::Close(_))) | None => Err(closed()),
                Some(Err(error)) => Err(error.to_string()),
            },
        }
    }
}

/// A WebSocket, where whoever serves the port has one.
pub(super) async fn web_socket(port: u16) -> Option<Line> {
    timeout(UPGRADE_TIMEOUT, upgraded(port)).await.ok().flatten()
}

async fn upgraded(port: u16) -> Option<Line> {
    let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.ok()?;
    let config = WebSocketConfig::default()
        .max_message_size(Some(MESSAGE_BYTES_MAX))
        .max_frame_size(Some(MESSAGE_BYTES_MAX));
    let url = format!("ws://127.0.0.1:{port}/");
    let (stream, _) = client_async_with_config(url, stream, Some(config)).await.ok()?;
    Some(Line::WebSocket(Box::new(stream)))
}
