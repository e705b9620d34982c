//! How readers are told to end.

use tokio::sync::watch;

/// Returns once the flag is set, or once nobody is left who could set it.
pub(crate) async fn stopped(mut stop: watch::Receiver<bool>) {
    // A closed channel is the other way of saying stop.
    stop.wait_for(|stop| *stop).await.map(drop).unwrap_or_default();
}
