//! Learns of a token that another process was given, so that a running companion
//! need not be started anew after `ringside enrol`.

use std::time::Duration;

use delivery::WaitReason;
use event_model::DeviceId;
use tokio::sync::watch;
use uploader::{Token, UploadProgress, UploadState};

use super::Trouble;
use crate::{DataDir, Identity};

/// Between two looks at the small file, and only while a token is in the way: a
/// player who has just enrolled sees the upload go on while they still look.
const LOOK: Duration = Duration::from_secs(5);

/// Looks for it.
pub(super) struct EnrolledElsewhere {
    pub(super) server: String,
    pub(super) dir: DataDir,
    pub(super) device: DeviceId,
    pub(super) progress: watch::Receiver<UploadProgress>,
    pub(super) token: watch::Sender<Option<Token>>,
    pub(super) trouble: Trouble,
}

impl EnrolledElsewhere {
    /// Looks until `stop`.
    pub(super) async fn run(self, mut stop: watch::Receiver<bool>) {
        loop {
            tokio::select! {
                _ = stop.wait_for(|stopping| *stopping) => return,
                () = tokio::time::sleep(LOOK) => {}
            }
            if waits_for_token(self.progress.borrow().state) {
                self.look().await;
            }
        }
    }

    async fn look(&self) {
        let dir = self.dir.clone();
        let looked = tokio::task::spawn_blocking(move || Identity::look(&dir)).await;
        // Another device's token, after the file was deleted, would not do.
        let identity = looked.ok().flatten().filter(|identity| identity.device() == self.device);
        // Without the key of names nothing may leave yet: the next start asks for it.
        let identity = identity.filter(|identity| identity.names_key(&self.server).is_some());
        let found = identity.as_ref().and_then(|identity| identity.token(&self.server));
        let Some(found) = found.and_then(|token| Token::new(token).ok()) else { return };
        let is_new = self.token.send_if_modified(|token| {
            let is_new = token.as_ref() != Some(&found);
            *token = Some(found);
            is_new
        });
        if is_new {
            tracing::info!(server = %self.server, "Another process enrolled this device");
            self.trouble.set(None);
        }
    }
}

fn waits_for_token(state: UploadState) -> bool {
    match state {
        UploadState::Waiting { reason, .. } => matches!(
            reason,
            WaitReason::NotEnrolled | WaitReason::Unauthenticated | WaitReason::Forbidden
        ),
        UploadState::Idle | UploadState::Sending { .. } | UploadState::Stopped => false,
    }
}
