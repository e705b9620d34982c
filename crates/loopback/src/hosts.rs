//! The names of this machine.

/// Under which names a listener on this machine is spoken to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hosts([String; 2]);

impl Hosts {
    /// The names of a listener on this port.
    #[must_use]
    pub fn of(port: u16) -> Self {
        Self(["127.0.0.1", "localhost"].map(|name| format!("{name}:{port}")))
    }

    /// Whether a request with this `Host` was meant for the listener.
    #[must_use]
    pub fn has(&self, host: &str) -> bool {
        self.0.iter().any(|known| known.eq_ignore_ascii_case(host))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_is_meant_by_either_name() {
        for host in ["127.0.0.1:3000", "localhost:3000", "LOCALHOST:3000"] {
            assert!(Hosts::of(3000).has(host), "{host}");
        }
    }

    #[test]
    fn another_name_or_port_is_not_meant() {
        for host in ["evil.example:3000", "127.0.0.1", "127.0.0.1:3001", "", "127.0.0.1:30000"] {
            assert!(!Hosts::of(3000).has(host), "{host}");
        }
    }
}
