//! Every number that joining rests on, with its reason.

/// Observer accounts of one session: a full server has 64 players.
pub(super) const ACCOUNTS_MAX: usize = 64;

/// Names of one roster: a full server has 64 players.
pub(super) const ROSTER_MAX: usize = 64;

/// Devices of one session whose word about the match's id is kept: ten players'
/// and some who watch.
pub(super) const LEARNERS_MAX: usize = 16;

/// Of each of them, accounts that it tells of and ids that it says. One is right;
/// a second one shows that they contradict each other.
pub(super) const OF_LEARNER_MAX: usize = 2;

/// Longest match id in bytes: the longest known, VALORANT's, has 36.
pub(super) const LEARNT_BYTES_MAX: usize = 128;

/// Clocks of one session: ten devices, some of which started anew.
pub(super) const CLOCKS_MAX: usize = 16;

/// Marks of one session: a long match has about 150 kills. Of more, the same
/// ones are kept by every session, since they are chosen by what they say.
pub(super) const MARKS_MAX: usize = 256;

/// Ends of rounds: two halves and six overtimes, told by an event and again by
/// the evidence, and again after a restart.
pub(super) const ROUND_ENDS_MAX: usize = 192;

/// Plants of the bomb: one in each of as many rounds.
pub(super) const PLANTS_MAX: usize = 96;

/// Rounds that one piece of evidence lists: as many as a client remembers.
pub(super) const EVIDENCE_ROUNDS_MAX: usize = 64;

/// Sessions that are compared with each other: everyone in the 25 matches that
/// could be running at once on one map among a few hundred players.
pub const BLOCK_SESSIONS_MAX: usize = 256;

/// How far apart the starts of two sessions of one match can lie: clocks wrong
/// by an hour on both sides, and a match of 90 minutes that one joined late.
pub const BLOCK_STARTS_APART_MS: i64 = 4 * 60 * 60 * 1_000;

/// Of a whole roster, what another one of the same match has at least: nine of
/// ten. A list still fills up while the game loads, so the smaller one counts.
pub(super) const ROSTER_SHARED_TENTHS: usize = 9;

/// Names that make a list of players, and not a glimpse of one.
pub(super) const ROSTER_LIST_MIN: usize = 2;

/// Names that tell a match by themselves, together with an equal start.
pub(super) const ROSTER_TELLING_MIN: usize = 4;

/// Of a roster, what another session with the same match id has at least: half.
/// Less is somebody who uses another match's id.
pub(super) const ROSTER_OF_SAME_ID_TENTHS: usize = 5;

/// How far two match clocks differ for one event: two clients of one League
/// match differ by up to 0.73 s, a rewound one by 1.5 s.
pub(super) const MATCH_CLOCK_APART_MS: i64 = 1_500;

/// How far two devices' times of one event differ once their clocks agree: a
/// Counter-Strike frame can be 3 s late, also on one of the two alone.
pub(super) const DEVICE_CLOCK_APART_MS: i64 = 3_000;

/// How far two good clocks differ: a round trip each, drift, and a late frame.
pub(super) const GOOD_CLOCKS_APART_MS: i64 = 10_000;

/// As far as two good clocks differ as a rule.
pub(super) const GOOD_CLOCKS_CLOSE_MS: i64 = 2_000;

/// How far apart the zeros of one match's clock lie, by two good clocks: a late
/// poll, and a client that loaded slowly.
pub(super) const ZERO_APART_MS: i64 = 10_000;

/// Zeros this far apart, by good clocks, are two matches; in between a paused
/// match is possible.
pub(super) const ZERO_OF_ANOTHER_MS: i64 = 600_000;

/// Marks that must agree before two sessions join by them: three, so that one
/// and the same pair at one and the same second is not enough.
pub(super) const MARKS_AGREEING_MIN: usize = 3;

/// Of the marks in the stretch that both saw, what agrees in one match: 30 %
/// missed on both sides leave 70 % of the fewer.
pub(super) const MARKS_AGREEING_TENTHS: usize = 6;

/// Marks that both must have in the stretch that both saw before they can speak
/// against one match.
pub(super) const MARKS_REFUSING_MIN: usize = 6;

/// Fewer are enough where both sessions are one account's, which plays one
/// match at a time.
pub(super) const MARKS_REFUSING_ONE_ACCOUNT_MIN: usize = 3;

/// Of those, what agrees at most in two matches.
pub(super) const MARKS_REFUSING_TENTHS: usize = 3;

/// Repeats of one mark that are paired with each other: a pair of players meets
/// no more often in a match, and the product stays small.
pub(super) const REPEATS_MAX: usize = 8;

/// Clocks of one session that are tried against another's.
pub(super) const CLOCKS_TRIED_MAX: usize = 4;

/// In hundredths of a nat from here on, the logarithm of how much likelier
/// something is in one match than in two. A round's winner: two sides, less
/// something, since sides win in rows.
pub(super) const WINNER_AGREES: i32 = 50;

/// A round whose winner or score differs: a client that lost frames says so once
/// in fifty rounds, two matches in every other one.
pub(super) const ROUND_DIFFERS: i32 = -320;

/// A round that lasted as long on both, to 3 s, of lengths that spread over more
/// than a minute. When the next one begins says nothing: pauses are all alike.
pub(super) const END_AGREES: i32 = 250;

/// The bomb planted in the same instant of a round that ended in the same one.
pub(super) const PLANT_AGREES: i32 = 150;

/// An instant that fits no common offset: frames were lost.
pub(super) const INSTANT_DIFFERS: i32 = -390;

/// Two good clocks that agree to 2 s, out of an hour.
pub(super) const CLOCKS_AGREE: i32 = 680;

/// What joins two sessions by rounds: one wrong join in a million among the
/// [`BLOCK_SESSIONS_MAX`] that each is compared with (14 + 5.5 nats).
pub(super) const ROUNDS_JOIN_MIN: i32 = 1_950;

/// Ends of rounds on both sides before their times can speak against one match.
pub(super) const ENDS_REFUSING_MIN: usize = 4;

/// The weight of an id in common: more than anything counted.
pub(super) const ID_WEIGHT: i32 = 1_000_000;

/// The weight of an equal roster and start.
pub(super) const START_WEIGHT: i32 = 200;

/// The weight of a run of events: this, and a nat for each that agrees.
pub(super) const EVENTS_WEIGHT: i32 = 300;
