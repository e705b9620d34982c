//! The client without a window: wires capture, outbox and upload.
