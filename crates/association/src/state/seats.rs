//! Where every report of the set is: in which occurrence, and beside which.

use crate::{ReportNo, ids::Published, state::lives::LiveNo};

/// One report's place.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Seat {
    pub(crate) live: Option<LiveNo>,
    /// The next report of the same occurrence.
    next: Option<ReportNo>,
    /// When the handle that it founded was published, if it ever was.
    pub(crate) published: Option<Published>,
    /// Whether it came after the seal.
    pub(crate) is_late: bool,
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
            (seat.live, seat.next) = (None, None);
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
        std::iter::successors(head, |no| self.get(*no).next)
    }

    /// Puts a report in front of an occurrence's others.
    pub(crate) fn link(&mut self, no: ReportNo, live: LiveNo, head: Option<ReportNo>) {
        let seat = self.get_mut(no);
        (seat.live, seat.next) = (Some(live), head);
    }

    /// Takes a report from between its neighbours; the new head.
    pub(crate) fn unlink(&mut self, no: ReportNo, head: Option<ReportNo>) -> Option<ReportNo> {
        let next = self.get(no).next;
        let before = self.members(head).find(|member| self.get(*member).next == Some(no));
        let seat = self.get_mut(no);
        (seat.live, seat.next) = (None, None);
        match before {
            Some(before) => {
                self.get_mut(before).next = next;
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
        let before = self.members(head).find(|member| self.get(*member).next == Some(last));
        if let Some(before) = before {
            self.get_mut(before).next = Some(no);
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
