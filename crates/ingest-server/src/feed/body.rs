//! The body of an answer that goes on.

use std::{
    convert::Infallible,
    pin::Pin,
    task::{Context, Poll},
};

use axum::body::Bytes;
use hyper::body::{Body, Frame};
use tokio::sync::mpsc;

/// What a task sends, one piece at a time. It ends when the task does, and the
/// task sees when the connection has gone.
pub(super) struct Pieces(mpsc::Receiver<Bytes>);

impl Pieces {
    /// One piece waits at a time: the next is read when it has left.
    pub(super) fn new() -> (mpsc::Sender<Bytes>, Self) {
        let (pieces, waiting) = mpsc::channel(1);
        (pieces, Self(waiting))
    }
}

impl Body for Pieces {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.0.poll_recv(context).map(|piece| piece.map(|bytes| Ok(Frame::data(bytes))))
    }
}
