//! Enrolment, tokens, and who may still use them.

use ingest_store::{
    EnrolOutcome, KeyFault, NewEnrolmentKey, Principal, ReaderRole, Token, TokenKind, Validity,
};

use crate::support::{Fixture, device, now, open};

fn key(fixture: &mut Fixture, name: &str, uses_max: Option<u64>) -> Token {
    let key = Token::generate(TokenKind::EnrolmentKey);
    let new =
        NewEnrolmentKey { name: name.to_owned(), expires_at: Some(now().plus_ms(10)), uses_max };
    assert!(fixture.store.add_enrolment_key(&key, &new, now()).unwrap());
    key
}

#[test]
fn a_key_enrols_as_often_and_as_long_as_it_may() {
    let mut fixture = Fixture::new();
    let key = key(&mut fixture, "lan party", Some(1));
    let mut enrol = |number, ms| {
        fixture.store.enrol(device(number), "PC", &key, None, now().plus_ms(ms)).unwrap()
    };
    assert_eq!(enrol(10, 10), EnrolOutcome::Refused(KeyFault::Expired));
    assert!(matches!(enrol(10, 9), EnrolOutcome::Enrolled(_)));
    assert_eq!(enrol(11, 9), EnrolOutcome::Refused(KeyFault::UsedUp));
}

#[test]
fn a_device_is_enrolled_again_only_by_its_own_token() {
    let mut fixture = Fixture::new();
    let key = key(&mut fixture, "home", None);
    let mut enrol = |credential: &Token| {
        fixture.store.enrol(device(10), "PC", credential, None, now()).unwrap()
    };
    let EnrolOutcome::Enrolled(token) = enrol(&key) else { panic!("the key opens") };
    assert_eq!(enrol(&key), EnrolOutcome::AlreadyEnrolled);
    assert_eq!(enrol(&token), EnrolOutcome::Enrolled(token.clone()), "the same answer again");
    assert!(fixture.store.revoke_device(device(10), now()).unwrap());
    assert_eq!(
        fixture.store.enrol(device(10), "PC", &token, None, now()).unwrap(),
        EnrolOutcome::Revoked
    );
}

#[test]
fn a_token_tells_whose_it_is_and_whether_it_counts() {
    let mut fixture = Fixture::new();
    let token = fixture.store.add_device(device(10), "PC", now()).unwrap().unwrap();
    let (reader, reader_token) =
        fixture.store.add_reader("Ops", ReaderRole::Operator, now()).unwrap();
    let principal = |fixture: &Fixture, token: &Token| fixture.store.principal(token).unwrap();
    let (of_device, of_reader) =
        (Principal::Device(device(10)), Principal::Reader(ReaderRole::Operator));
    assert_eq!(principal(&fixture, &token), Some((of_device, Validity::Valid)));
    assert_eq!(principal(&fixture, &reader_token), Some((of_reader, Validity::Valid)));
    assert_eq!(principal(&fixture, &Token::from_text("guess")), None);
    let newest = fixture.store.device_principals(1).unwrap();
    assert_eq!(newest, [(token.hash(), (of_device, Validity::Valid))]);

    // From the shell, while a server has the file open.
    let mut shell = open(&fixture.dir);
    assert!(shell.revoke_device(device(10), now()).unwrap());
    assert!(shell.revoke_reader(reader, now()).unwrap());
    assert_eq!(principal(&fixture, &token), Some((of_device, Validity::Revoked)));
    assert_eq!(principal(&fixture, &reader_token), Some((of_reader, Validity::Revoked)));
}

#[test]
fn what_is_not_there_cannot_be_revoked() {
    let mut fixture = Fixture::new();
    assert!(!fixture.store.revoke_device(device(10), now()).unwrap());
    assert!(!fixture.store.revoke_reader(uuid::Uuid::nil(), now()).unwrap());
}

#[test]
fn no_secret_is_in_the_file() {
    let mut fixture = Fixture::new();
    let key = key(&mut fixture, "home", None);
    let token = fixture.store.add_device(device(10), "PC", now()).unwrap().unwrap();
    let fixture = fixture.reopened();
    for entry in std::fs::read_dir(fixture.dir.path()).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        for secret in [&key, &token] {
            let found =
                bytes.windows(secret.reveal().len()).any(|w| w == secret.reveal().as_bytes());
            assert!(!found, "only hashes are kept");
        }
    }
}

#[test]
fn the_same_key_given_at_each_start_is_one_key() {
    let mut fixture = Fixture::new();
    let new = NewEnrolmentKey { name: "first".into(), expires_at: None, uses_max: None };
    let (one, other) = (Token::from_text("one"), Token::from_text("other"));
    assert!(fixture.store.add_enrolment_key(&one, &new, now()).unwrap());
    assert!(fixture.store.add_enrolment_key(&one, &new, now()).unwrap());
    assert!(!fixture.store.add_enrolment_key(&other, &new, now()).unwrap(), "the name is taken");
    assert_eq!(fixture.store.enrolment_keys().unwrap().len(), 1);
}
