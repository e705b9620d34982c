//! The player agrees to send, or no longer, while a match runs.

use crate::{Backlog, Companion, Error, Queue, UploadChange, history::beside};

impl Companion {
    /// Changes the upload's settings, on disk and at once.
    ///
    /// # Errors
    /// Where the file cannot be written, or names a server that events may not
    /// be sent to: then it stays as it was.
    pub async fn change_upload(&self, change: UploadChange) -> Result<(), Error> {
        self.change_upload_after(Backlog::Send, change).await
    }

    /// The same, after what `backlog` says was done with what waits.
    ///
    /// # Errors
    /// As [`change_upload`](Self::change_upload), and where what waits cannot be deleted:
    /// then the upload goes on as before.
    pub(crate) async fn change_upload_after(
        &self,
        backlog: Backlog,
        change: UploadChange,
    ) -> Result<(), Error> {
        let mut settings = self.reading.settings.lock().await;
        let decides_where = change.decides_where();
        let cleared = match backlog {
            Backlog::Send => Ok(()),
            Backlog::Delete => self.delete_unsent(change.server()).await,
        };
        let changed = match cleared.and_then(|()| settings.change_upload(&self.dir, change)) {
            Ok(changed) => changed,
            Err(error) => {
                self.uploads.apply(&settings).await?;
                return Err(error);
            }
        };
        if decides_where {
            self.uploads.forget_named_server().await;
        }
        self.uploads.apply(&changed).await?;
        *settings = changed;
        Ok(())
    }

    /// Deletes what waits and what is under way, which waits again once nobody sends it;
    /// and what was sent, where `server` is another one than has it: it would be sent
    /// there again.
    async fn delete_unsent(&self, server: Option<&str>) -> Result<(), Error> {
        self.uploads.halt().await;
        let is_elsewhere =
            server.map_or(Ok(false), |server| self.uploads.sent_elsewhere(server))?;
        let (queue, now) = (Queue::of(&self.dir), self.now());
        let delete =
            if is_elsewhere { Queue::delete_for_another_server } else { Queue::delete_waiting };
        match beside(move || delete(&queue, now)).await?.being_sent {
            0 => Ok(()),
            events => Err(Error::UnderWay(events)),
        }
    }
}
