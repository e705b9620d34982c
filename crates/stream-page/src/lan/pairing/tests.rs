//! What a code and its guesses come to.

use proptest::prelude::*;

use super::*;

#[test]
fn the_right_code_lets_one_device_in_and_ends_with_it() {
    let (mut pairing, token) = (pairing(), token());
    assert!(!pairing.knows(token.expose()));
    assert_eq!(pairing.guess(&guess(RIGHT), &token, 1), Tried::Paired);
    assert!(pairing.knows(token.expose()) && !pairing.knows(self::token().expose()));
    let another = self::token();
    assert_eq!(pairing.guess(&guess(RIGHT), &another, 2), Tried::Ended(CodeEnd::Used));
    assert!(!pairing.knows(another.expose()));
}

#[test]
fn the_fifth_wrong_try_ends_the_code_and_the_right_one_comes_too_late() {
    let (mut pairing, token) = (pairing(), token());
    for left in (1..TRIES_MAX).rev() {
        let tried = pairing.guess(&guess(WRONG), &token, 1);
        assert_eq!(tried, Tried::Wrong { tries_left: left });
    }
    let over = Tried::Ended(CodeEnd::TooManyTries);
    assert_eq!(pairing.guess(&guess(WRONG), &token, 1), over);
    assert_eq!(pairing.guess(&guess(RIGHT), &token, 1), over);
    assert!(!pairing.knows(token.expose()));
}

#[test]
fn a_code_ends_after_two_minutes_and_not_before() {
    let (mut early, mut late, token) = (pairing(), pairing(), token());
    assert_eq!(late.guess(&guess(RIGHT), &token, CODE_LIFE_MS), Tried::Ended(CodeEnd::TooOld));
    assert_eq!(early.guess(&guess(RIGHT), &token, CODE_LIFE_MS - 1), Tried::Paired);
}

#[test]
fn another_code_begins_anew() {
    let (mut pairing, token) = (pairing(), token());
    for _ in 0..TRIES_MAX {
        pairing.guess(&guess(WRONG), &token, 1);
    }
    pairing.offer(code(WRONG), 200_000);
    let left_ms = CODE_LIFE_MS - 5;
    let shown = CodeShown::Open { code: code(WRONG), left_ms, tries_left: TRIES_MAX };
    assert_eq!(pairing.shown(200_005), shown);
    assert_eq!(pairing.guess(&guess(WRONG), &token, 200_005), Tried::Paired);
}

#[test]
fn where_there_is_no_room_no_guess_is_looked_at() {
    let mut pairing = pairing();
    for _ in 0..DEVICES_MAX {
        pairing.offer(code(RIGHT), 0);
        assert_eq!(pairing.guess(&guess(RIGHT), &token(), 1), Tried::Paired);
    }
    pairing.offer(code(RIGHT), 0);
    for text in [RIGHT, WRONG] {
        assert_eq!(pairing.guess(&guess(text), &token(), 1), Tried::NoRoom);
    }
    pairing.end_devices();
    assert_eq!(pairing.guess(&guess(RIGHT), &token(), 1), Tried::Paired);
}

#[test]
fn who_was_sent_away_is_not_known_any_more() {
    let (mut pairing, token) = (pairing(), token());
    pairing.guess(&guess(RIGHT), &token, 1);
    assert_eq!(pairing.devices(), 1);
    pairing.end_devices();
    assert_eq!((pairing.devices(), pairing.knows(token.expose())), (0, false));
}

#[test]
fn a_code_is_six_digits_however_small_the_number_is() {
    assert_eq!(Code::of(7).unwrap().expose(), "000007");
    assert_eq!(Code::of(CODES + 7).unwrap().expose(), "000007");
    assert_eq!(Code::of(u32::MAX), None, "some codes would be likelier");
    assert_eq!(format!("{:?}", Code::of(7)), "Some(Code(..))");
}

#[test]
fn a_guess_is_read_with_its_spaces_and_nothing_else_is_one() {
    assert_eq!(Guess::read(" 123 456\n"), Some(guess("123456")));
    for text in ["", "12345", "1234567", "12345a", "１２３４５６", "-12345"] {
        assert_eq!(Guess::read(text), None, "{text}");
    }
}

#[derive(Debug, Clone)]
enum Act {
    Guess(u32),
    Wait(u64),
    EndDevices,
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        6 => (0..4_u32).prop_map(Act::Guess),
        2 => (0..CODE_LIFE_MS).prop_map(Act::Wait),
        1 => Just(Act::EndDevices),
    ]
}

proptest! {
    #[test]
    fn no_code_is_guessed_at_more_than_five_times(
        acts in prop::collection::vec(act(), 0..60),
        right in 0..4_u32,
    ) {
        let (mut pairing, mut now_ms, mut looked_at) = (opened(right), 0, 0);
        let (mut let_in, token) = (0, token());
        for act in acts {
            match act {
                Act::Wait(ms) => now_ms += ms,
                Act::EndDevices => pairing.end_devices(),
                Act::Guess(number) => {
                    let was_open = matches!(pairing.shown(now_ms), CodeShown::Open { .. });
                    let tried = pairing.guess(&guess(&format!("{number:06}")), &token, now_ms);
                    looked_at += u8::from(was_open);
                    let_in += u8::from(tried == Tried::Paired);
                    if tried == Tried::Paired {
                        prop_assert_eq!(number, right);
                        prop_assert!(now_ms < CODE_LIFE_MS);
                    }
                }
            }
        }
        prop_assert!(looked_at <= TRIES_MAX, "{} guesses", looked_at);
        prop_assert!(let_in <= 1, "a code lets one device in");
    }
}

const RIGHT: &str = "000123";
const WRONG: &str = "000124";

fn pairing() -> Pairing {
    Pairing::new(code(RIGHT), 0)
}

fn opened(number: u32) -> Pairing {
    Pairing::new(Code::of(number).unwrap(), 0)
}

fn code(text: &str) -> Code {
    Code::of(text.parse().unwrap()).unwrap()
}

fn guess(text: &str) -> Guess {
    Guess::read(text).unwrap()
}

fn token() -> StreamToken {
    StreamToken::generate().unwrap()
}
