//! The published row of every peer; `docs/faults.md` says of which version, and how
//! it was measured.

use serde::Deserialize;

/// Facts and figures of the published table.
const PUBLISHED: &str = include_str!("../peers.json");

/// The published table.
#[derive(Debug, Deserialize)]
pub(crate) struct Peers {
    /// When they were measured.
    pub(crate) measured: String,
    /// The headings.
    pub(crate) columns: Vec<String>,
    pub(crate) peers: Vec<Peer>,
}

/// One row.
#[derive(Debug, Deserialize)]
pub(crate) struct Peer {
    pub(crate) name: String,
    /// As they were published; one a column.
    pub(crate) cells: Vec<String>,
}

impl Peers {
    pub(crate) fn published() -> anyhow::Result<Self> {
        Ok(serde_json::from_str(PUBLISHED)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::Fault;

    #[test]
    fn every_peer_has_a_cell_for_every_fault() {
        let peers = Peers::published().unwrap();
        assert_eq!(peers.columns.len(), Fault::ALL.len() - 1, "one fault is of our own making");
        assert_eq!(peers.peers.len(), 17);
        for peer in &peers.peers {
            assert_eq!(peer.cells.len(), peers.columns.len(), "{}", peer.name);
        }
    }
}
