//! The real window under a real display server.
