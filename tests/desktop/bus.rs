//! A session bus, as the stand-in of a portal wants it.

use zbus::{Connection, connection};

/// The bus of a desk.
pub(crate) struct Bus {
    address: String,
}

impl Bus {
    /// The bus with this address.
    pub(crate) fn at(address: &str) -> Self {
        Self { address: address.to_owned() }
    }

    /// A connection of its own.
    pub(crate) async fn connect(&self) -> Connection {
        let builder = connection::Builder::address(self.address.as_str()).expect("an address");
        builder.build().await.expect("the bus takes a connection")
    }
}
