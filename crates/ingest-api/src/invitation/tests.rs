//! What is an invitation, and what is refused.

use super::*;

const KEY: &str = "rsk_0123456789abcdef";

fn read(text: &str) -> Result<Invitation, InvitationFault> {
    Invitation::read(text)
}

#[test]
fn an_invitation_names_a_server_a_key_an_operator_and_a_certificate() {
    let ca = "ab".repeat(32);
    let text = format!(
        "\n  ringside://join/Ringside.Example:8740/{KEY}#operator=Caf%C3%A9%20League&ca={ca}\t"
    );
    let invitation = read(&text).unwrap();
    assert_eq!(invitation.server(), "https://ringside.example:8740");
    assert_eq!(invitation.host(), "ringside.example:8740");
    assert_eq!(invitation.key(), KEY);
    assert_eq!(invitation.operator(), Some("Café League"));
    assert_eq!(invitation.ca_sha256(), Some([0xab; 32]));
    assert_eq!(invitation.host_kind(), HostKind::Name);
}

#[test]
fn the_shortest_has_a_host_and_a_key() {
    let invitation = read("RINGSIDE://JOIN/a/k").unwrap();
    assert_eq!((invitation.host(), invitation.key()), ("a", "k"));
    assert_eq!((invitation.operator(), invitation.ca_sha256()), (None, None));
}

#[test]
fn only_this_machine_is_spoken_to_without_tls() {
    for (host, server) in [
        ("127.0.0.1:8740", "http://127.0.0.1:8740"),
        ("[::1]:8740", "http://[::1]:8740"),
        ("localhost", "http://localhost"),
        ("192.168.0.7", "https://192.168.0.7"),
        ("[2001:db8::1]", "https://[2001:db8::1]"),
        ("localhost.example", "https://localhost.example"),
    ] {
        assert_eq!(read(&format!("ringside://join/{host}/k")).unwrap().server(), server);
    }
    let with_ca = format!("ringside://join/localhost/k#ca={}", "0".repeat(64));
    assert_eq!(read(&with_ca).unwrap().server(), "https://localhost", "it has a certificate");
}

#[test]
fn the_host_is_shown_as_it_is_asked_for() {
    for (host, kind) in [
        ("xn--rngside-pza.example", HostKind::Lookalike),
        ("a.xn--e1awd7f.example", HostKind::Lookalike),
        ("203.0.113.9:443", HostKind::Address),
        ("[2001:db8::1]", HostKind::Address),
        ("ringside.example", HostKind::Name),
    ] {
        let invitation = read(&format!("ringside://join/{host}/k")).unwrap();
        assert_eq!((invitation.host(), invitation.host_kind()), (host, kind));
    }
}

#[test]
fn what_could_be_taken_for_another_host_is_refused() {
    for host in ["good.example@evil.example", "me:secret@evil.example", "@evil.example"] {
        assert_eq!(read(&format!("ringside://join/{host}/k")), Err(InvitationFault::UserInfo));
    }
    for host in [
        "",
        "rıngside.example",
        "ring side.example",
        "ringside.example.",
        "a..b",
        "-a.example",
        "a-.example",
        "a_b.example",
        "0x7f.1",
        "127.1",
        "2130706433",
        "127.0.0.01",
        "1.2.3.256",
        "a%2eexample",
        "a\\b",
        "a:0",
        "a:65536",
        "a:080",
        "a:",
        "a:80:80",
        "[::1",
        "[::1]80",
        "[fe80::1%25eth0]",
        "[]",
        "ring\u{200b}side.example",
        "a.example:+80",
        &"a".repeat(64),
        &"a.".repeat(127),
    ] {
        assert_eq!(
            read(&format!("ringside://join/{host}/k")),
            Err(InvitationFault::Host),
            "{host:?}"
        );
    }
}

#[test]
fn what_is_not_an_invitation_is_said_to_be_none() {
    for text in [
        "",
        "ringside://join/",
        "ringside://join/a",
        "ringside://join/a/",
        "ringside://leave/a/k",
        "https://a.example/join/k",
        "ringside:join/a/k",
        "ringside://join/a/k/more",
        "ringside://join/a/k?x=y",
        "javascript:alert(1)",
        "ringside://join/a//k",
        "žingside://join/",
    ] {
        assert_eq!(read(text), Err(InvitationFault::NotOne), "{text:?}");
    }
    let long = format!("ringside://join/a/{}", "k".repeat(LINK_BYTES_MAX));
    assert_eq!(read(&long), Err(InvitationFault::TooLong));
}

#[test]
fn a_key_is_what_a_header_can_carry() {
    for key in ["a b", "a%20b", "a%0d%0ab", "%C3%A4", "a%2", "a%zz", "%", &"k".repeat(513)] {
        let text = format!("ringside://join/a/{key}");
        assert_eq!(read(&text), Err(InvitationFault::Key), "{key:?}");
    }
    assert_eq!(read("ringside://join/a/a%2Fb%3Fc%23d%25").unwrap().key(), "a/b?c#d%");
}

#[test]
fn an_operator_s_name_reads_as_it_stands() {
    for name in [
        "",
        "%20",
        "a%0Ab",
        "a%00b",
        "%E2%80%AEevil",
        "a%E2%80%8Bb",
        "%EF%BB%BFa",
        "%ff",
        "\u{202e}evil",
        "\u{2066}a",
        "\u{e0041}",
        &"a".repeat(81),
    ] {
        let text = format!("ringside://join/a/k#operator={name}");
        assert_eq!(read(&text), Err(InvitationFault::Operator), "{name:?}");
    }
    for name in ["Łukasz & Söhne", "大会", "<b>x</b>", "O’Neill 🎉"] {
        let text = format!("ringside://join/a/k#operator={}", escaped(name));
        assert_eq!(read(&text).unwrap().operator(), Some(name), "it is text, and stays text");
    }
}

#[test]
fn a_certificate_is_named_by_its_whole_sum() {
    for ca in ["", "ab", &"a".repeat(63), &"a".repeat(65), &"g".repeat(64), &"é".repeat(32)] {
        let text = format!("ringside://join/a/k#ca={ca}");
        assert_eq!(read(&text), Err(InvitationFault::Certificate), "{ca:?}");
    }
}

#[test]
fn what_is_said_twice_or_unknown_is_refused() {
    let read = |said: &str| read(&format!("ringside://join/a/k#{said}")).unwrap_err();
    let sum = "a".repeat(64);
    assert_eq!(read("operator=A&operator=B"), InvitationFault::Operator);
    assert_eq!(read(&format!("ca={sum}&ca={sum}")), InvitationFault::Certificate);
    assert_eq!(read("server=b.example"), InvitationFault::Newer);
    assert_eq!(read("operator"), InvitationFault::Newer);
}

#[test]
fn an_operator_writes_what_a_player_reads() {
    let ca = Some([7; 32]);
    let made = Invitation::to("https://ringside.example/", KEY, Some("Ana & Bo"), ca).unwrap();
    assert_eq!(read(&made.link()), Ok(made.clone()));
    assert_eq!(made.link().matches(char::is_whitespace).count(), 0, "it is pasted in one piece");
    let here = Invitation::to("http://127.0.0.1:8740", KEY, None, None).unwrap();
    assert_eq!(here.link(), format!("ringside://join/127.0.0.1:8740/{KEY}"));
}

#[test]
fn no_invitation_says_otherwise_than_its_operator_typed() {
    for server in [
        "http://ringside.example",
        "https://127.0.0.1:8740",
        "https://a.example/base",
        "ftp://a.example",
        "a.example",
        "https://me@a.example",
        "https://",
    ] {
        let made = Invitation::to(server, KEY, None, None);
        assert!(made.is_err(), "{server}: {made:?}");
    }
}

#[test]
fn a_log_shows_no_key() {
    let shown = format!("{:?}", read(&format!("ringside://join/a/{KEY}")).unwrap());
    assert!(!shown.contains(KEY), "{shown}");
}
