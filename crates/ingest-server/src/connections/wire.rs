//! The bytes of one connection, with two manners that the HTTP reader has not:
//! its refusals get a body, and who is refused may finish its sentence.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};

use super::refusals;
use crate::phase::{Phase, Phases};

/// How long a client may go on writing to a connection that is closed. One that
/// is cut off meanwhile sees a broken connection instead of its answer.
const LINGER: Duration = Duration::from_secs(2);
/// The same while the server closes.
const LINGER_CLOSING: Duration = Duration::from_millis(200);
/// And how much of it is read and thrown away: eight of the largest requests.
const LINGER_BYTES_MAX: usize = 8 * 1024 * 1024;

/// A stream between a client and the HTTP reader.
pub(super) struct Wire<S> {
    stream: S,
    /// The rest of an answer that is written in place of a bare one.
    instead: Vec<u8>,
    written: usize,
    spoke: Spoke,
}

/// Who spoke last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Spoke {
    Nobody,
    Client,
    Server,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Wire<S> {
    pub(super) fn new(stream: S) -> Self {
        Self { stream, instead: Vec::new(), written: 0, spoke: Spoke::Nobody }
    }

    /// Closes: says so, and reads what the client still sends.
    pub(super) async fn finish(mut self, timed_out: bool, phases: &Phases) {
        let spoken = async {
            if timed_out && self.spoke == Spoke::Client {
                self.stream.write_all(&refusals::request_timeout()).await?;
            }
            self.flush().await?;
            self.stream.shutdown().await?;
            discard(&mut self.stream).await
        };
        let hurried = async {
            phases.reached(Phase::Closing).await;
            tokio::time::sleep(LINGER_CLOSING).await;
        };
        // Whatever comes of it: the connection is over.
        tokio::select! {
            ended = tokio::time::timeout(LINGER, spoken) => drop(ended),
            () = hurried => {}
        }
    }

    fn poll_instead(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while self.written < self.instead.len() {
            let rest = &self.instead[self.written..];
            let count = ready!(Pin::new(&mut self.stream).poll_write(context, rest))?;
            if count == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.written += count;
        }
        self.instead.clear();
        self.written = 0;
        Poll::Ready(Ok(()))
    }
}

async fn discard(stream: &mut (impl AsyncRead + Unpin)) -> io::Result<()> {
    let mut thrown_away = vec![0; 4_096];
    let mut seen = 0;
    while seen < LINGER_BYTES_MAX {
        let count = stream.read(&mut thrown_away).await?;
        if count == 0 {
            break;
        }
        seen += count;
    }
    Ok(())
}

impl<S: AsyncRead + Unpin> AsyncRead for Wire<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(context, buffer))?;
        if buffer.filled().len() > before {
            self.spoke = Spoke::Client;
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Wire<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        ready!(self.poll_instead(context))?;
        self.spoke = Spoke::Server;
        match refusals::bare_refusal(bytes) {
            Some(0) => {
                self.instead = refusals::as_problem(bytes);
                // What is left of it goes out with the flush.
                match self.poll_instead(context)? {
                    Poll::Ready(()) | Poll::Pending => Poll::Ready(Ok(bytes.len())),
                }
            }
            Some(before) => Pin::new(&mut self.stream).poll_write(context, &bytes[..before]),
            None => Pin::new(&mut self.stream).poll_write(context, bytes),
        }
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let first = parts.iter().find(|part| !part.is_empty());
        // A head stands first; its body, where it has one, comes behind it.
        if let Some(first) = first
            && refusals::bare_refusal(first).is_some()
        {
            return self.poll_write(context, first);
        }
        ready!(self.poll_instead(context))?;
        self.spoke = Spoke::Server;
        Pin::new(&mut self.stream).poll_write_vectored(context, parts)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_instead(context))?;
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_instead(context))?;
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
