//! Small texts: headers, times, addresses.

use event_model::WallTime;
use ingest_api::{IdempotencyKey, SentClock};
use std::{fmt::Display, str::FromStr};
use uploader::ServerUrl;

use crate::Looked;

/// Law: what was read is written, and read back as the same.
fn round_trip<T: FromStr + Display + PartialEq + std::fmt::Debug>(input: &[u8]) -> Looked {
    let Ok(text) = std::str::from_utf8(input) else { return Looked::Refused };
    let Ok(value) = text.parse::<T>() else { return Looked::Refused };
    assert_eq!(value.to_string().parse::<T>().ok().as_ref(), Some(&value), "{value}");
    Looked::Taken
}

pub(crate) fn clock(input: &[u8]) -> Looked {
    round_trip::<SentClock>(input)
}

pub(crate) fn idempotency_key(input: &[u8]) -> Looked {
    round_trip::<IdempotencyKey>(input)
}

pub(crate) fn wall_time(input: &[u8]) -> Looked {
    round_trip::<WallTime>(input)
}

/// Law: an address that is taken is https, or this machine.
pub(crate) fn server_url(input: &[u8]) -> Looked {
    let Ok(text) = std::str::from_utf8(input) else { return Looked::Refused };
    if text.parse::<ServerUrl>().is_err() {
        return Looked::Refused;
    }
    let url = reqwest::Url::parse(text).unwrap();
    let host = url.host_str().unwrap().trim_matches(['[', ']']).to_owned();
    let here = host.eq_ignore_ascii_case("localhost")
        || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
    assert!(url.scheme() == "https" || (url.scheme() == "http" && here), "{url}");
    assert!(url.username().is_empty() && url.password().is_none(), "{url}");
    Looked::Taken
}
