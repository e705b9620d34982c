//! Laws of delivery: what a reply means, and how long to wait.

mod asked_again;
mod backoff;
mod batch_size;
mod bodies;
mod circuit;
mod herd;
mod refusals;
mod replies;
mod retry_after;
mod truth_table;
