//! Where every report of the set is: in which occurrence, and beside which.

use std::num::NonZeroU32;

use crate::{ReportNo, ids::Published, state::lives::LiveNo};

/// One report's place.
///
/// Numbers with one less than all of them, so that `None` takes no room: there
/// are as many of these as reports.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Seat {
    live: Option<NonZeroU32>,
    /// The next report of the same occurrence.
    next: Option<NonZeroU32>,
    published: Option<NonZeroU32>,
    /// Whether it came after the seal.
    pub(crate) is_late: bool,
}

impl Seat {
    /// The occurrence that it is in.
    pub(crate) fn live(&self) -> Option<LiveNo> {
        self.live.map(|live| LiveNo(live.get() - 1))
    }

    fn next(&self) -> Option<ReportNo> {
        self.next.map(|next| ReportNo(next.get() - 1))
    }

    fn set(&mut self, live: Option<LiveNo>, next: Option<ReportNo>) {
        self.live = live.and_then(|LiveNo(no)| NonZeroU32::new(no + 1));
        self.set_next(next);
    }

    fn set_next(&mut self, next: Option<ReportNo>) {
        self.next = next.and_then(|ReportNo(no)| NonZeroU32::new(no + 1));
    }

    /// When the handle that it founded was published, if it ever was.
    pub(crate) fn published(&self) -> Option<Published> {
        self.published.map(NonZeroU32::get)
    }

    /// Its handle is public from now on, if it was not before; since when.
    pub(crate) fn publish(&mut self, now: Published) -> Published {
        self.published.get_or_insert(NonZeroU32::new(now).unwrap_or(NonZeroU32::MIN)).get()
    }
}

/// The seats of a set, by the reports' numbers.
#[derive(Debug, Clone, Default)]
pub(crate) struct Seats(Vec<Seat>);

impl Seats {
    /// Grows by an eighth, as the set does.
    pub(crate) fn push(&mut self) {
        if self.0.len() == self.0.capacity() {
            self.0.reserve_exact((self.0.len() / 8).max(64));
        }
        self.0.push(Seat::default());
    }

    pub(crate) fn get(&self, no: ReportNo) -> &Seat {
        &self.0[index(no)]
    }

    pub(crate) fn get_mut(&mut self, no: ReportNo) -> &mut Seat {
        &mut self.0[index(no)]
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (ReportNo, &Seat)> {
        (0..).map(ReportNo).zip(&self.0)
    }

    /// Nobody sits with anybody.
    pub(crate) fn clear(&mut self) {
        for seat in &mut self.0 {
            seat.set(None, None);
        }
    }

    /// Nobody came too late.
    pub(crate) fn forget_late(&mut self) {
        for seat in &mut self.0 {
            seat.is_late = false;
        }
    }

    /// The reports of an occurrence, the latest to join first.
    pub(crate) fn members(&self, head: Option<ReportNo>) -> impl Iterator<Item = ReportNo> {
        std::iter::successors(head, |no| self.get(*no).next())
    }

    /// Puts a report in front of an occurrence's others.
    pub(crate) fn link(&mut self, no: ReportNo, live: LiveNo, head: Option<ReportNo>) {
        let seat = self.get_mut(no);
        seat.set(Some(live), head);
    }

    /// Takes a report from between its neighbours; the new head.
    pub(crate) fn unlink(&mut self, no: ReportNo, head: Option<ReportNo>) -> Option<ReportNo> {
        let next = self.get(no).next();
        let before = self.members(head).find(|member| self.get(*member).next() == Some(no));
        let seat = self.get_mut(no);
        seat.set(None, None);
        match before {
            Some(before) => {
                self.get_mut(before).set_next(next);
                head
            }
            None => next,
        }
    }

    /// Takes the seat of a report that is in no occurrence; the last report,
    /// which is in an occurrence with this head, gets its number. Returns that
    /// occurrence's new head.
    pub(crate) fn swap_remove(
        &mut self,
        no: ReportNo,
        last: Option<ReportNo>,
        head: Option<ReportNo>,
    ) -> Option<ReportNo> {
        let Some(last) = last else {
            self.0.pop();
            return head;
        };
        let before = self.members(head).find(|member| self.get(*member).next() == Some(last));
        if let Some(before) = before {
            self.get_mut(before).set_next(Some(no));
        }
        self.0.swap_remove(index(no));
        if head == Some(last) { Some(no) } else { head }
    }

    /// Bytes on the heap.
    pub(crate) fn bytes(&self) -> usize {
        self.0.capacity() * size_of::<Seat>()
    }
}

fn index(no: ReportNo) -> usize {
    usize::try_from(no.0).expect("a number of this process fits its memory")
}
