//! What the system tests share: started processes, a reader of the server, the recordings.
