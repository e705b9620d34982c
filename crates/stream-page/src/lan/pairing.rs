//! Which other devices may read the page: a code that is shown on this PC and typed
//! there, once. Pure: time and random numbers are arguments.
//!
//! A code of six digits is safe because it is short-lived and not because it is long:
//! it ends with its use, after [`TRIES_MAX`] wrong tries whoever made them, and after
//! [`CODE_LIFE_MS`]. Who has read one later, over a shoulder or on a stream, has
//! nothing.

use sha2::{Digest, Sha256};
use subtle::{Choice, ConstantTimeEq};

use crate::StreamToken;

/// Wrong tries, all devices together: a slip of the finger is forgiven, and a guess
/// is right in one of 200,000 codes.
pub const TRIES_MAX: u8 = 5;

/// So long a code may be used, in milliseconds: a walk to the other device, its
/// browser's warning, and six digits.
pub const CODE_LIFE_MS: u64 = 120_000;

/// Devices that may read at a time: as many as there may be readers.
pub const DEVICES_MAX: usize = crate::READERS_MAX;

/// Digits of a code.
const DIGITS: usize = 6;

/// Codes that there are.
const CODES: u32 = 1_000_000;

/// What a player reads on this PC and types on the other device. It has no `Display`,
/// and a `Debug` that hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct Code(String);

/// What somebody typed, where it can be a code at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Guess(String);

/// Why a code is one no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeEnd {
    /// A device was let in with it.
    Used,
    /// It was guessed at too often.
    TooManyTries,
    /// Nobody used it in time.
    TooOld,
}

/// The code as the player sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CodeShown {
    /// It lets one device in.
    Open {
        /// The code.
        code: Code,
        /// So long it may be used, in milliseconds.
        left_ms: u64,
        /// So many wrong tries are left.
        tries_left: u8,
    },
    /// It lets nobody in any more.
    Ended(CodeEnd),
}

/// What becomes of a guess.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tried {
    /// It was right: from here on the token reads the page.
    Paired,
    /// It was wrong.
    Wrong {
        /// So many tries are left.
        tries_left: u8,
    },
    /// There is no code to guess. The guess was not looked at.
    Ended(CodeEnd),
    /// As many devices read as may. The guess was not looked at.
    NoRoom,
}

/// The devices that were let in, and the code for the next one.
#[derive(Debug)]
pub(crate) struct Pairing {
    door: Door,
    /// Digests of the tokens of those who were let in.
    devices: Vec<[u8; 32]>,
}

#[derive(Debug)]
enum Door {
    Open { code: Code, since_ms: u64, wrong: u8 },
    Shut(CodeEnd),
}

impl Pairing {
    /// Nobody is let in yet; the next one is with this code.
    pub(crate) fn new(code: Code, now_ms: u64) -> Self {
        Self { door: Door::Open { code, since_ms: now_ms, wrong: 0 }, devices: Vec::new() }
    }

    /// Another code in the stead of the one there is.
    pub(crate) fn offer(&mut self, code: Code, now_ms: u64) {
        self.door = Door::Open { code, since_ms: now_ms, wrong: 0 };
    }

    /// Looks at a guess; where it is right, `token` reads the page from here on.
    pub(crate) fn guess(&mut self, guess: &Guess, token: &StreamToken, now_ms: u64) -> Tried {
        self.grow_old(now_ms);
        let (code, wrong) = match &mut self.door {
            Door::Shut(why) => return Tried::Ended(*why),
            Door::Open { code, wrong, .. } => (code, wrong),
        };
        // Before the guess is looked at, so that a full house betrays no code.
        if self.devices.len() >= DEVICES_MAX {
            return Tried::NoRoom;
        }
        if code.is(guess) {
            self.devices.push(digest(token.expose()));
            self.door = Door::Shut(CodeEnd::Used);
            return Tried::Paired;
        }
        *wrong += 1;
        let tries_left = TRIES_MAX - *wrong;
        if tries_left == 0 {
            self.door = Door::Shut(CodeEnd::TooManyTries);
            return Tried::Ended(CodeEnd::TooManyTries);
        }
        Tried::Wrong { tries_left }
    }

    /// Whether this is the token of a device that was let in.
    pub(crate) fn knows(&self, token: &str) -> bool {
        let digest = digest(token);
        let among = |found: Choice, known: &[u8; 32]| found | known.ct_eq(&digest);
        self.devices.iter().fold(Choice::from(0), among).into()
    }

    /// So many devices were let in.
    pub(crate) fn devices(&self) -> usize {
        self.devices.len()
    }

    /// Nobody reads any more who was let in until now.
    pub(crate) fn end_devices(&mut self) {
        self.devices.clear();
    }

    /// The code as the player sees it.
    pub(crate) fn shown(&mut self, now_ms: u64) -> CodeShown {
        self.grow_old(now_ms);
        match &self.door {
            Door::Shut(why) => CodeShown::Ended(*why),
            Door::Open { code, since_ms, wrong } => CodeShown::Open {
                code: code.clone(),
                left_ms: CODE_LIFE_MS - now_ms.saturating_sub(*since_ms),
                tries_left: TRIES_MAX - wrong,
            },
        }
    }

    fn grow_old(&mut self, now_ms: u64) {
        if let Door::Open { since_ms, .. } = self.door
            && now_ms.saturating_sub(since_ms) >= CODE_LIFE_MS
        {
            self.door = Door::Shut(CodeEnd::TooOld);
        }
    }
}

impl Code {
    /// The code of a random number; `None` for those few that would make some codes
    /// likelier than others.
    pub(crate) fn of(random: u32) -> Option<Self> {
        let fair = u32::MAX - u32::MAX % CODES;
        (random < fair).then(|| Self(format!("{:0DIGITS$}", random % CODES)))
    }

    /// Its six digits.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether it was guessed, in a time that does not say how well.
    fn is(&self, guess: &Guess) -> bool {
        self.0.as_bytes().ct_eq(guess.0.as_bytes()).into()
    }
}

impl std::fmt::Debug for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Code(..)")
    }
}

impl Guess {
    /// Six digits, with whatever spaces somebody puts between them.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let digits: String = text.chars().filter(|sign| !sign.is_whitespace()).collect();
        let is_one = digits.len() == DIGITS && digits.bytes().all(|sign| sign.is_ascii_digit());
        is_one.then_some(Self(digits))
    }
}

fn digest(token: &str) -> [u8; 32] {
    Sha256::digest(token).into()
}

#[cfg(test)]
mod tests;
