//! The server that is asked, where the player agreed to it.

use tracing::warn;
use uploader::{ExtraRoots, ReadError, Reads, ServerUrl, Token};

use super::{Matches, NotAsked, NotTold};
use crate::{Error, Identity, Settings, error::with_causes, upload};

impl Matches {
    /// The server that may be asked what became of a match.
    pub(super) fn agreed(&self) -> Result<Result<Reads, NotAsked>, Error> {
        let settings = Settings::load_or_create(&self.dir)?;
        let Some(server) = upload::agreed_server(&self.upload, &settings) else {
            return Ok(Err(NotAsked::NoServer));
        };
        // Who names a server asks it now.
        if self.upload.server.is_none() && settings.upload.held {
            return Ok(Err(NotAsked::Held));
        }
        Ok(self.reads(&server, &settings)?.ok_or(NotAsked::NotEnrolled))
    }

    /// The servers that are to erase: each that knows a device that this PC is or was,
    /// also where the player agrees to it no longer.
    pub(super) fn sent_to(&self) -> Result<Vec<Result<Reads, NotTold>>, Error> {
        if !self.dir.identity().exists() {
            return Ok(Vec::new());
        }
        // One that cannot be read is an error: no server would be asked, as if there
        // were none.
        let identity = Identity::load_or_create(&self.dir)?;
        let settings = Settings::load_or_create(&self.dir)?;
        let enrolments = identity.enrolments();
        let reads = enrolments.map(|(_, server, token)| {
            let reads = upload::roots_for(&self.dir, &self.upload, &settings, server)
                .and_then(|roots| reads_with(server, token, &roots));
            // One whose certificate is gone, say, keeps no other from being asked.
            reads.unwrap_or_else(|error| {
                warn!(server, error = with_causes(&error), "A server cannot be asked to erase");
                Err(NotTold::Untrusted)
            })
        });
        Ok(reads.collect())
    }

    /// `None` where this PC has no token of it.
    fn reads(&self, server: &str, settings: &Settings) -> Result<Option<Reads>, Error> {
        let url = upload::parsed(server)?;
        let token = Identity::look(&self.dir)
            .and_then(|identity| Token::new(identity.token(&url.to_string())?).ok());
        let Some(token) = token else { return Ok(None) };
        let roots = upload::roots_for(&self.dir, &self.upload, settings, server)?;
        reads_at(url, &roots, token).map(Some)
    }
}

/// Questions with a token that was kept; no server takes one that is none.
fn reads_with(
    server: &str,
    token: &str,
    roots: &ExtraRoots,
) -> Result<Result<Reads, NotTold>, Error> {
    let Ok(token) = Token::new(token) else { return Ok(Err(NotTold::NotAllowed)) };
    reads_at(upload::parsed(server)?, roots, token).map(Ok)
}

fn reads_at(server: ServerUrl, roots: &ExtraRoots, token: Token) -> Result<Reads, Error> {
    Reads::new(server, roots, token).map_err(|cause| Error::Server(cause.to_string()))
}

/// What a page says of a question that was not answered.
pub(super) fn not_told(error: ReadError) -> NotTold {
    use delivery::Silence;
    match error {
        ReadError::Silence(Silence::Untrusted) => NotTold::Untrusted,
        ReadError::Silence(Silence::Unreachable | Silence::TimedOut | Silence::Broken) => {
            NotTold::Offline
        }
        ReadError::Busy => NotTold::Busy,
        ReadError::NotAllowed => NotTold::NotAllowed,
        ReadError::Unknown | ReadError::Gone => NotTold::Gone,
        ReadError::Silence(Silence::TooLong) | ReadError::NotUnderstood => NotTold::NotUnderstood,
    }
}
