//! Where other devices of the same network find this PC.

use std::net::{Ipv4Addr, UdpSocket};

use crate::Error;

/// An address beyond every home network (RFC 5737): the way to it is the way that
/// this PC's network is reached by. Nothing is sent there.
const ELSEWHERE: (Ipv4Addr, u16) = (Ipv4Addr::new(198, 51, 100, 1), 9);

/// The address of this PC in its own network.
///
/// # Errors
/// Where it has none, or is on the Internet without a router in between: there
/// the page would be anybody's to knock at.
pub fn lan_address() -> Result<Ipv4Addr, Error> {
    let address = route_to(ELSEWHERE).ok_or(Error::NoNetwork)?;
    if address.is_unspecified() || address.is_loopback() {
        Err(Error::NoNetwork)
    } else if is_of_a_network_at_home(address) {
        Ok(address)
    } else {
        Err(Error::OnTheInternet)
    }
}

/// From which address this PC would send there. To connect a socket of UDP is to ask
/// the table of routes, and sends nothing.
fn route_to(there: (Ipv4Addr, u16)) -> Option<Ipv4Addr> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
    socket.connect(there).ok()?;
    match socket.local_addr().ok()?.ip() {
        std::net::IpAddr::V4(address) => Some(address),
        std::net::IpAddr::V6(_) => None,
    }
}

/// Whether no router of the Internet passes anything on to it: RFC 1918, RFC 3927,
/// and what RFC 5737 keeps for examples.
fn is_of_a_network_at_home(address: Ipv4Addr) -> bool {
    address.is_private() || address.is_link_local() || address.is_documentation()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn home_networks_are_served_and_the_internet_is_not() {
        for home in ["192.168.178.20", "10.0.0.5", "172.16.3.4", "169.254.7.7"] {
            assert!(is_of_a_network_at_home(home.parse().unwrap()), "{home}");
        }
        // The last is a provider's own network, with neighbours in it.
        for elsewhere in ["8.8.8.8", "172.32.0.1", "127.0.0.1", "0.0.0.0", "100.64.0.9"] {
            assert!(!is_of_a_network_at_home(elsewhere.parse().unwrap()), "{elsewhere}");
        }
    }

    #[test]
    fn the_way_to_this_pc_is_over_loopback() {
        assert_eq!(route_to((Ipv4Addr::LOCALHOST, 9)), Some(Ipv4Addr::LOCALHOST));
    }
}
