//! Laws of invitations: whatever is pasted, and whatever is written.

use proptest::prelude::*;

use super::Invitation;

proptest! {
    #[test]
    fn whatever_is_pasted_is_read_or_refused(text in "\\PC{0,80}", said in "\\PC{0,80}") {
        drop(Invitation::read(&text));
        drop(Invitation::read(&format!("ringside://join/{text}#{said}")));
    }

    #[test]
    fn what_is_read_is_written_the_same(
        host in "([a-z0-9]{1,9}\\.){0,3}[a-z]{1,9}(:[1-9][0-9]{0,3})?",
        key in "[!-~]{1,60}",
        operator in proptest::option::of("[a-zA-Zäß&=#%/ ]{0,20}x"),
        ca in any::<Option<[u8; 32]>>(),
    ) {
        let scheme = if host.starts_with("localhost") && ca.is_none() { "http" } else { "https" };
        let operator = operator.as_deref();
        if let Ok(made) = Invitation::to(&format!("{scheme}://{host}"), &key, operator, ca) {
            prop_assert_eq!(Invitation::read(&made.link()), Ok(made.clone()));
            prop_assert_eq!((made.host(), made.key()), (&*host, &*key));
            prop_assert_eq!(made.operator(), operator.map(str::trim));
        } else {
            prop_assert!(host.starts_with("localhost"), "{} is a host", host);
        }
    }
}
