//! What companions do when the server is there again: each comes at the end of
//! its own wait, on a connection that it opens then, and does what it is told.

use std::{
    sync::{Arc, atomic::Ordering},
    time::{Duration, Instant},
};

use anyhow::Result;
use delivery::backoff_ms;
use tokio::net::TcpStream;

use crate::{
    client::{self, Answer, Queue, Tally},
    load::Request,
    scenario::EVENTS_PER_S,
};

/// How companions come back.
#[derive(Clone, Copy)]
pub(crate) enum Surge {
    /// After an outage that they all waited through by the constants that they
    /// are built with, so many times as fast as they do: that is the rate of so
    /// many times as many of them.
    Outage { length: Duration, faster: u32 },
    /// All at once, as they never do: each of them has failed once before.
    AtOnce,
}

/// One that waits for the server.
#[derive(Clone, Copy)]
struct Waiting {
    /// When it tries again, from when the server is there.
    arrival: Duration,
    failures: u32,
    faster: u32,
    dice: u64,
}

/// Everybody comes, each with one request of the queue, and stays until all are
/// answered. A latency counts from the first try to the answer, with all that
/// was refused and waited between them.
pub(crate) async fn run(
    address: std::net::SocketAddr,
    queue: &Queue,
    surge: Surge,
    tally: &Arc<Tally>,
) -> Result<Duration> {
    let begun = Instant::now();
    let requests = std::mem::take(&mut *queue.lock().expect("no task panics"));
    let count = u64::try_from(requests.len())?;
    let tasks: Vec<_> = (1..)
        .zip(requests)
        .map(|(number, request)| {
            let (waiting, tally) = (Waiting::new(surge, number, count), tally.clone());
            tokio::spawn(async move { waiting.come(address, begun, &request, &tally).await })
        })
        .collect();
    let mut open = Vec::with_capacity(tasks.len());
    for task in tasks {
        open.push(task.await??);
    }
    Ok(begun.elapsed())
}

impl Waiting {
    /// The wait of companion `number` of `count`, who all failed first when
    /// their next event came, which is within the time that an event takes.
    fn new(surge: Surge, number: u64, count: u64) -> Self {
        let mut dice = number;
        let (length, faster) = match surge {
            Surge::Outage { length, faster } => (length, faster),
            Surge::AtOnce => {
                return Self { arrival: Duration::ZERO, failures: 1, faster: 1, dice };
            }
        };
        let length_ms = u64::try_from(length.as_millis()).unwrap_or(u64::MAX);
        let event_every_ms = 1_000 * count / EVENTS_PER_S;
        let (mut tried_ms, mut failures) = (random(&mut dice) % event_every_ms.max(1), 0);
        while tried_ms < length_ms {
            failures += 1;
            tried_ms += backoff_ms(failures, None, random(&mut dice));
        }
        let arrival = Duration::from_millis(tried_ms - length_ms) / faster;
        Self { arrival, failures, faster, dice }
    }

    /// Its connection, once its request is answered.
    async fn come(
        mut self,
        address: std::net::SocketAddr,
        begun: Instant,
        request: &Request,
        tally: &Tally,
    ) -> Result<Option<TcpStream>> {
        let arrival = begun + self.arrival;
        tokio::time::sleep_until(arrival.into()).await;
        let (mut stream, mut buffer) = (None, Vec::new());
        loop {
            let asked = self.ask(&mut stream, address, request, &mut buffer, tally).await;
            let retry_after_ms = match asked {
                Ok(Answer::Taken) => break,
                Ok(Answer::ComeBack { after_s, closed }) => {
                    stream = stream.filter(|_| !closed);
                    Some(after_s * 1_000)
                }
                // Only what a network does is tried again.
                Err(error) if error.is::<std::io::Error>() => {
                    tally.broken.fetch_add(1, Ordering::Relaxed);
                    stream = None;
                    None
                }
                Err(error) => return Err(error),
            };
            self.failures += 1;
            let wait_ms = backoff_ms(self.failures, retry_after_ms, random(&mut self.dice));
            tokio::time::sleep(Duration::from_millis(wait_ms) / self.faster).await;
        }
        tally.latencies.lock().expect("no task panics").push(arrival.elapsed());
        Ok(stream)
    }

    async fn ask(
        &self,
        stream: &mut Option<TcpStream>,
        address: std::net::SocketAddr,
        request: &Request,
        buffer: &mut Vec<u8>,
        tally: &Tally,
    ) -> Result<Answer> {
        let stream = match stream {
            Some(stream) => stream,
            None => {
                let opened = TcpStream::connect(address).await?;
                opened.set_nodelay(true)?;
                stream.insert(opened)
            }
        };
        client::ask(stream, request, buffer, tally).await
    }
}

/// SplitMix64: the same in each run.
fn random(dice: &mut u64) -> u64 {
    *dice = dice.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut z = *dice;
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}
