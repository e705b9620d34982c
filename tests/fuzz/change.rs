//! Changes of good inputs: random bytes alone get past no decoder.

use simulator::Prng;

/// Longest input: a frame has tens of kilobytes, and time is short.
const LENGTH_MAX: usize = 64 * 1024;
/// Changes of one input at a time.
const AT_ONCE_MAX: u64 = 6;
/// How deep the brackets of an insertion go.
const DEEP: usize = 3_000;

/// What somebody's parser has stumbled over before.
const WORDS: [&str; 24] = [
    "null",
    "{}",
    "[]",
    "\"\"",
    "0",
    "-1",
    "1e999",
    "-0.0",
    "18446744073709551616",
    "9223372036854775807",
    "9223372036854775808",
    "4294967296",
    "1e-400",
    "\\ud800",
    "\\u0000",
    "\u{feff}",
    "\u{202e}",
    "true",
    "\"auth\":{\"token\":\"s3cret\"}",
    "NaN",
    ";",
    "\r\n",
    "2026-02-30T24:61:61Z",
    "9999-12-31T23:59:59.999999999Z",
];

/// One of `inputs`, changed a little.
pub(crate) fn of(inputs: &[Vec<u8>], chance: &mut Prng) -> Vec<u8> {
    let mut input = chance.pick(inputs).cloned().unwrap_or_default();
    for _ in 0..chance.between(1, AT_ONCE_MAX) {
        change(&mut input, inputs, chance);
        input.truncate(LENGTH_MAX);
    }
    input
}

fn change(input: &mut Vec<u8>, inputs: &[Vec<u8>], chance: &mut Prng) {
    let at = chance.index(input.len() + 1);
    let to = (at + chance.index(40)).min(input.len());
    match chance.below(9) {
        0 => {
            if let Some(byte) = input.get_mut(at) {
                *byte ^= 1 << chance.below(8);
            }
        }
        1 => {
            if let Some(byte) = input.get_mut(at) {
                *byte = u8::try_from(chance.below(256)).unwrap();
            }
        }
        2 => drop(input.drain(at..to)),
        3 => insert(input, at, &input[at..to].repeat(3)),
        4 => input.truncate(at),
        5 => replace_number(input, at, chance),
        6 => {
            let other = chance.pick(inputs).cloned().unwrap_or_default();
            let from = chance.index(other.len() + 1);
            insert(input, at, &other[from..]);
        }
        7 if chance.percent(10) => insert(input, at, "[".repeat(DEEP).as_bytes()),
        _ => {
            let word = chance.pick(&WORDS).copied().unwrap_or_default();
            insert(input, at, word.as_bytes());
        }
    }
}

fn insert(input: &mut Vec<u8>, at: usize, what: &[u8]) {
    drop(input.splice(at..at, what.iter().copied()).collect::<Vec<_>>());
}

/// The next number becomes another word: so a type or a bound is missed.
fn replace_number(input: &mut Vec<u8>, from: usize, chance: &mut Prng) {
    let digit = |byte: &u8| byte.is_ascii_digit();
    let Some(at) = input[from..].iter().position(digit).map(|offset| from + offset) else { return };
    let length = input[at..].iter().take_while(|byte| digit(byte)).count();
    let word = chance.pick(&WORDS).copied().unwrap_or_default();
    drop(input.splice(at..at + length, word.bytes()).collect::<Vec<_>>());
}
