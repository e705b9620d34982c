//! File descriptors: as many as the connections need, or as many connections
//! as there are descriptors for.

use ingest_server::Bounds;

/// What the process needs besides connections: the database, its log and its
/// readers, the listener, the runtime, and some in hand.
#[cfg(unix)]
const BESIDES_CONNECTIONS: u64 = 128;

/// Asks for as many descriptors as the connections need. Where the system gives
/// fewer, fewer connections are taken: `accept` that fails tells nobody why.
#[cfg(unix)]
pub(super) fn fitted(bounds: Bounds) -> Bounds {
    let wanted = u64::try_from(bounds.connections_max).unwrap_or(u64::MAX);
    let wanted = wanted.saturating_add(BESIDES_CONNECTIONS);
    let open_files = match rlimit::increase_nofile_limit(wanted) {
        Ok(open_files) => open_files,
        Err(error) => {
            tracing::warn!(%error, "The limit of open files cannot be read");
            return bounds;
        }
    };
    let connections = open_files.saturating_sub(BESIDES_CONNECTIONS).max(1);
    let connections_max = usize::try_from(connections).unwrap_or(usize::MAX);
    if connections_max < bounds.connections_max {
        tracing::warn!(open_files, connections_max, "Fewer open files than connections allowed");
    }
    Bounds { connections_max: connections_max.min(bounds.connections_max), ..bounds }
}

/// There is no such limit elsewhere.
#[cfg(not(unix))]
pub(super) fn fitted(bounds: Bounds) -> Bounds {
    bounds
}
