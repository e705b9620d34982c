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
        if backlog == Backlog::Delete
            && let Err(error) = self.delete_unsent().await
        {
            self.uploads.apply(&settings).await?;
            return Err(error);
        }
        let decides_where = change.decides_where();
        let changed = settings.change_upload(&self.dir, change)?;
        if decides_where {
            self.uploads.forget_named_server().await;
        }
        self.uploads.apply(&changed).await?;
        *settings = changed;
        Ok(())
    }

    /// Deletes what waits and what is under way: it waits again once nobody sends it.
    async fn delete_unsent(&self) -> Result<(), Error> {
        self.uploads.halt().await;
        let (queue, now) = (Queue::of(&self.dir), self.now());
        match beside(move || queue.delete_waiting(now)).await?.being_sent {
            0 => Ok(()),
            events => Err(Error::UnderWay(events)),
        }
    }
}
