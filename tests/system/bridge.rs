//! What Overwolf's page says, without a page.

use std::{
    io::{Read, Write},
    net::{Ipv4Addr, TcpStream},
};

use serde_json::Value;

/// Posts messages to the bridge on `port`, which takes them all.
pub(crate) fn post_to_bridge(port: u16, token: &str, messages: Vec<Value>) {
    let body = Value::Array(messages).to_string();
    let head = format!(
        "POST /v1/gep HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\nauthorization: Bearer {token}\r\n\
         content-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap();
    stream.write_all((head + &body).as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}
