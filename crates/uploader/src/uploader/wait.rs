//! What comes between two rounds.

use std::time::Duration;

use tokio::sync::{Notify, watch};

use crate::Token;

/// An idle uploader looks into the outbox this often: another process may have
/// put events back, and a person sees within a second what they asked for. The
/// look reads a few numbers, and writes nothing where nothing is to be sent.
const IDLE_LOOK: Duration = Duration::from_secs(1);
/// A longer wait is slept in pieces, since a timer may stand still while the
/// PC sleeps and the device's clock does not.
const SLEEP_PIECE: Duration = Duration::from_secs(5);

/// What must come before the next round.
pub(super) enum Wait {
    Nothing,
    /// Something may be there to send, or to ask.
    Work,
    Token,
    /// This long, or another token.
    For(Duration),
    /// Whatever else changes meanwhile: a round that ended before it looked at
    /// the token would else begin again at once, for as long as the disk is full.
    ForOutbox(Duration),
}

impl Wait {
    /// Ready when it came, or when it is time to look again.
    pub(super) async fn pass(self, wake: &Notify, token: &mut watch::Receiver<Option<Token>>) {
        match self {
            Self::Nothing => {}
            Self::Work => {
                tokio::select! {
                    () = wake.notified() => {}
                    () = tokio::time::sleep(IDLE_LOOK) => {}
                }
            }
            Self::ForOutbox(wait) => tokio::time::sleep(wait).await,
            Self::Token => new_token(token).await,
            Self::For(wait) => {
                tokio::select! {
                    () = new_token(token) => {}
                    () = tokio::time::sleep(wait.min(SLEEP_PIECE)) => {}
                }
            }
        }
    }
}

/// Ready when the token is another one; the next round takes it.
async fn new_token(token: &mut watch::Receiver<Option<Token>>) {
    match token.changed().await {
        Ok(()) => token.mark_changed(),
        // Nobody is left to bring one.
        Err(_) => std::future::pending().await,
    }
}
