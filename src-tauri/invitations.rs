//! Invitations that were clicked somewhere else, until a page has shown them.

use std::sync::Mutex;

/// An invitation is a line; whatever is longer is none.
const LINK_BYTES_MAX: usize = 2048;

/// How a link of ours begins.
pub(crate) const SCHEME: &str = "ringside://";

/// The invitation that waits to be shown: the latest one, as text. Nothing is
/// read of it here, and nothing is sent.
#[derive(Default)]
pub(crate) struct Invitations(Mutex<Option<String>>);

impl Invitations {
    /// Takes a link, in the place of one that nobody has seen yet.
    pub(crate) fn offer(&self, link: &str) -> bool {
        let is_one = link.len() <= LINK_BYTES_MAX
            && link.get(..SCHEME.len()).is_some_and(|scheme| scheme.eq_ignore_ascii_case(SCHEME));
        if is_one {
            *self.0.lock().expect("no holder of this lock panics") = Some(link.to_owned());
        }
        is_one
    }

    /// Hands out what waits, once.
    pub(crate) fn take(&self) -> Option<String> {
        self.0.lock().expect("no holder of this lock panics").take()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invitation_is_handed_out_once_and_the_latest_counts() {
        let invitations = Invitations::default();
        assert!(invitations.offer("ringside://join/a.example/k1"));
        assert!(invitations.offer("RINGSIDE://join/b.example/k2"));
        assert_eq!(invitations.take().as_deref(), Some("RINGSIDE://join/b.example/k2"));
        assert_eq!(invitations.take(), None);
    }

    #[test]
    fn what_is_no_link_of_ours_is_not_kept() {
        let invitations = Invitations::default();
        let long = format!("{SCHEME}{}", "x".repeat(LINK_BYTES_MAX));
        for text in ["https://a.example", "ringside:/x", "--hidden", "", "é://", &long] {
            assert!(!invitations.offer(text), "{text:.20}");
        }
        assert_eq!(invitations.take(), None);
    }
}
