//! Laws of the wire format and of event ids.

mod event_ids;
mod wire;
