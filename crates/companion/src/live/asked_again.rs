//! Which rows of the queue wait for no turn: only who sends them knows.

use std::sync::Arc;

use crate::{Companion, QueueNext, QueuePage, owned_outbox::lock};

impl Companion {
    /// The page, with the rows marked that the server asked for again.
    pub async fn tell_asked_again(&self, page: QueuePage) -> QueuePage {
        let (outbox, mut told) = (Arc::clone(&self.outbox), page.clone());
        let telling = tokio::task::spawn_blocking(move || {
            let outbox = lock(&outbox);
            let turns = told.rows.iter_mut().filter(|row| row.next == QueueNext::Turn);
            for row in turns.filter(|row| outbox.is_asked_again(row.sequence)) {
                row.next = QueueNext::AskedAgain;
            }
            told
        });
        telling.await.unwrap_or(page)
    }
}
