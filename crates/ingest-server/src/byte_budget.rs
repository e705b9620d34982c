//! How many bytes of bodies the server holds at a time.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::rejection::Rejection;

/// Taken from as bytes arrive, not as they are announced: who announces much
/// and sends little takes nothing from the others.
#[derive(Clone)]
pub(crate) struct ByteBudget(Arc<Semaphore>);

/// Bytes taken; given back when dropped.
#[derive(Default)]
pub(crate) struct HeldBytes(Option<OwnedSemaphorePermit>);

impl ByteBudget {
    pub(crate) fn new(bytes_max: usize) -> Self {
        Self(Arc::new(Semaphore::new(bytes_max.min(Semaphore::MAX_PERMITS))))
    }

    /// Adds `bytes` to what is held, or refuses.
    pub(crate) fn take(&self, held: &mut HeldBytes, bytes: usize) -> Result<(), Rejection> {
        let refuse = || Rejection::overloaded("as many bytes are held as this server may hold");
        let permits = u32::try_from(bytes).map_err(|_| refuse())?;
        let more = self.0.clone().try_acquire_many_owned(permits).map_err(|_| refuse())?;
        match &mut held.0 {
            Some(permit) => permit.merge(more),
            None => held.0 = Some(more),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_dropped_can_be_taken_again() {
        let budget = ByteBudget::new(10);
        let (mut one, mut other) = (HeldBytes::default(), HeldBytes::default());
        assert!(budget.take(&mut one, 4).is_ok());
        assert!(budget.take(&mut one, 4).is_ok());
        assert!(budget.take(&mut other, 3).is_err());
        drop(one);
        assert!(budget.take(&mut other, 10).is_ok());
    }
}
