//! A session bus for one test.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
};

use zbus::{Connection, connection};

/// A bus that ends with its value.
pub(crate) struct Bus {
    daemon: Child,
    address: String,
}

impl Bus {
    /// Starts one; `None`, with the reason printed, where none can be.
    #[expect(clippy::print_stdout, reason = "the test runner shows why a test was skipped")]
    pub(crate) fn start() -> Option<Self> {
        let started = Command::new("dbus-daemon")
            .args(["--session", "--nofork", "--nopidfile", "--print-address=1"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        started.map_err(|error| println!("skipped: dbus-daemon: {error}")).ok().map(Self::of)
    }

    fn of(mut daemon: Child) -> Self {
        let out = daemon.stdout.take().expect("it is piped");
        let mut address = String::new();
        BufReader::new(out).read_line(&mut address).expect("it says its address");
        Self { daemon, address: address.trim().to_owned() }
    }

    /// A connection of its own.
    pub(crate) async fn connect(&self) -> Connection {
        Self::connect_to(&self.address).await
    }

    /// The same, of the bus with this address.
    pub(crate) async fn connect_to(address: &str) -> Connection {
        let builder = connection::Builder::address(address).expect("an address");
        builder.build().await.expect("the bus takes a connection")
    }

    /// Where it is.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }
}

impl Drop for Bus {
    fn drop(&mut self) {
        self.daemon.kill().ok();
        self.daemon.wait().ok();
    }
}
