//! Cuts a stream of bytes into messages. Pure: the reader owns the socket.
//!
//! The game writes one JSON object behind the other, with nothing between them, and a
//! read ends wherever the system ended it. So an object ends where its brackets do.
//! What goes wrong and what becomes of it:
//!
//! | the stream | here |
//! |---|---|
//! | half an object | waits for the rest |
//! | brackets and quotes within texts | are text |
//! | something between two objects | skipped, and counted |
//! | an object whose end is lost | ends where the next one begins; passed on as it is, for whoever counts what cannot be read |
//! | an object that does not end | given up at the bound, and counted; goes on at the next one |

/// Longest message taken: sixty times a state of eight players (4 KiB), and what the
/// session reads at most.
pub const MESSAGE_BYTES_MAX: usize = 256 * 1024;

/// What every message begins with. Within `Data`, which is JSON in a text, each quote
/// has a backslash before it, so within a message it does not occur.
const BEGINNING: &[u8] = br#"{"Event""#;

/// Bytes that came, on the way to be messages.
#[derive(Debug, Clone, Default)]
pub struct Messages {
    bytes: Vec<u8>,
    /// Where what is not yet cut begins; within an object, its first byte.
    begins: usize,
    /// How far it was looked at.
    seen: usize,
    place: Place,
    lost: Lost,
}

/// What of the stream was no message.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Lost {
    /// Bytes between messages.
    pub skipped_bytes: u64,
    /// Objects that did not end.
    pub oversized: u64,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Place {
    /// Between two objects.
    #[default]
    Between,
    /// Within one, so deep.
    Within { depth: usize },
    /// Within a text of one.
    Text { depth: usize, escaped: bool },
    /// An object was given up.
    Astray,
}

/// How far it is to the end of an object.
enum End {
    /// It ends before this byte.
    At(usize),
    /// It has not come yet.
    Ahead,
}

impl Messages {
    /// Takes what was read.
    pub fn push(&mut self, bytes: &[u8]) {
        self.bytes.drain(..self.begins);
        self.seen -= self.begins;
        self.begins = 0;
        self.bytes.extend_from_slice(bytes);
    }

    /// The next whole message, byte for byte; `None` until more is read.
    pub fn take(&mut self) -> Option<Vec<u8>> {
        loop {
            match self.place {
                Place::Between => self.find(b"{")?,
                Place::Astray => self.find(BEGINNING)?,
                Place::Within { .. } | Place::Text { .. } => match self.end() {
                    End::At(end) if end - self.begins <= MESSAGE_BYTES_MAX => {
                        let message = self.bytes[self.begins..end].to_vec();
                        (self.begins, self.seen, self.place) = (end, end, Place::Between);
                        return Some(message);
                    }
                    End::Ahead if self.bytes.len() - self.begins <= MESSAGE_BYTES_MAX => {
                        return None;
                    }
                    End::At(_) | End::Ahead => self.give_up(),
                },
            }
        }
    }

    /// What was lost since this was asked last.
    pub fn take_lost(&mut self) -> Lost {
        std::mem::take(&mut self.lost)
    }

    /// To the next object, which begins like this.
    fn find(&mut self, beginning: &[u8]) -> Option<()> {
        let ahead = &self.bytes[self.begins..];
        let found = ahead.windows(beginning.len()).position(|window| window == beginning);
        // The beginning may have come in part.
        let without = ahead.len() - (beginning.len() - 1).min(ahead.len());
        self.skip(found.unwrap_or(without));
        found?;
        (self.seen, self.place) = (self.begins + 1, Place::Within { depth: 1 });
        Some(())
    }

    fn skip(&mut self, count: usize) {
        let gone = &self.bytes[self.begins..self.begins + count];
        let lost = gone.iter().filter(|byte| !byte.is_ascii_whitespace()).count();
        self.lost.skipped_bytes += u64::try_from(lost).unwrap_or(u64::MAX);
        self.begins += count;
        self.seen = self.begins;
    }

    fn end(&mut self) -> End {
        while let Some(byte) = self.bytes.get(self.seen) {
            if *byte == b'{' {
                let ahead = &self.bytes[self.seen..];
                if ahead.starts_with(BEGINNING) {
                    return End::At(self.seen);
                }
                if BEGINNING.starts_with(ahead) {
                    return End::Ahead;
                }
            }
            self.seen += 1;
            self.place = match (self.place, byte) {
                (Place::Text { depth, escaped: true }, _) => Place::Text { depth, escaped: false },
                (Place::Text { depth, .. }, b'\\') => Place::Text { depth, escaped: true },
                (Place::Text { depth, .. }, b'"') => Place::Within { depth },
                (Place::Within { depth }, b'"') => Place::Text { depth, escaped: false },
                (Place::Within { depth }, b'{' | b'[') => Place::Within { depth: depth + 1 },
                (Place::Within { depth: 1 }, b'}' | b']') => return End::At(self.seen),
                (Place::Within { depth }, b'}' | b']') => Place::Within { depth: depth - 1 },
                (place, _) => place,
            };
        }
        End::Ahead
    }

    /// Nothing that was looked at is looked at again, so that noise costs no more
    /// time than it takes to come.
    fn give_up(&mut self) {
        self.lost.oversized += 1;
        self.skip(self.seen - self.begins);
        self.place = Place::Astray;
    }
}

#[cfg(test)]
mod tests;
