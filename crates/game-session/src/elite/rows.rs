//! What becomes an event: combat, death, crime, missions, jumps, docking, landing,
//! and what a commander earned. The list is bounded, so that a session stays a
//! session and not a copy of the journal.

use event_model::Kind::{self, Death, Kill, Other};

use super::table::{
    Entry,
    Use::{self, As, Attacker, Detail, Rest, Victim, Wing},
};

const DEED: (bool, bool) = (true, false);
const HARM: (bool, bool) = (false, true);
const NEWS: (bool, bool) = (false, false);

const fn of(
    event: &'static str,
    kind: Kind,
    (is_own_deed, is_own_harm): (bool, bool),
    members: &'static [(&'static str, Use)],
) -> Entry {
    Entry { event, kind, is_own_deed, is_own_harm, members }
}

/// All that the lines of a mission say, from its taking to its end.
const MISSION: &[(&str, Use)] = &[
    ("Name", As("mission")),
    ("LocalisedName", Rest),
    ("MissionID", Detail),
    ("Faction", Detail),
    ("Fine", Detail),
    ("Reward", Detail),
    ("Donation", Rest),
    ("Donated", Detail),
    ("Influence", Rest),
    ("Reputation", Rest),
    ("Wing", Detail),
    ("Expiry", Rest),
    ("Count", Detail),
    ("KillCount", Detail),
    ("Commodity", Detail),
    ("Target", Rest),
    ("TargetType", Rest),
    ("TargetFaction", Detail),
    ("DestinationSystem", Detail),
    ("DestinationStation", Detail),
    ("DestinationSettlement", Rest),
    ("NewDestinationSystem", Detail),
    ("NewDestinationStation", Detail),
    ("OldDestinationSystem", Rest),
    ("OldDestinationStation", Rest),
    ("PassengerCount", Detail),
    ("PassengerVIPs", Rest),
    ("PassengerWanted", Rest),
    ("PassengerType", Rest),
    ("PermitsAwarded", Rest),
    ("CommodityReward", Rest),
    ("MaterialsReward", Rest),
    ("FactionEffects", Rest),
];

const BOND: &[(&str, Use)] =
    &[("Reward", Detail), ("AwardingFaction", Detail), ("VictimFaction", Detail)];

const LANDING: &[(&str, Use)] = &[
    ("PlayerControlled", Detail),
    ("Taxi", Detail),
    ("Multicrew", Rest),
    ("StarSystem", Detail),
    ("SystemAddress", Detail),
    ("Body", Detail),
    ("BodyID", Rest),
    ("OnStation", Rest),
    ("OnPlanet", Rest),
    ("Latitude", Rest),
    ("Longitude", Rest),
    ("NearestDestination", Rest),
];

/// A jump tells everything of the system that it leads to.
const JUMP: &[(&str, Use)] = &[
    ("StarSystem", Detail),
    ("SystemAddress", Detail),
    ("JumpDist", Detail),
    ("FuelUsed", Rest),
    ("FuelLevel", Rest),
    ("BoostUsed", Rest),
    ("Taxi", Detail),
    ("Multicrew", Rest),
    ("Docked", Detail),
    ("OnFoot", Rest),
    ("StarPos", Rest),
    ("Body", Rest),
    ("BodyID", Rest),
    ("BodyType", Rest),
    ("Population", Rest),
    ("SystemAllegiance", Rest),
    ("SystemEconomy", Rest),
    ("SystemSecondEconomy", Rest),
    ("SystemGovernment", Rest),
    ("SystemSecurity", Rest),
    ("SystemFaction", Rest),
    ("FactionState", Rest),
    ("Factions", Rest),
    ("Conflicts", Rest),
    ("Powers", Rest),
    ("ControllingPower", Rest),
    ("PowerplayState", Rest),
    ("PowerplayStateControlProgress", Rest),
    ("PowerplayStateReinforcement", Rest),
    ("PowerplayStateUndermining", Rest),
    ("PowerplayConflictProgress", Rest),
    ("ThargoidWar", Rest),
    ("Wanted", Detail),
    ("StationName", Detail),
    ("StationType", Detail),
    ("MarketID", Rest),
    ("StationFaction", Rest),
    ("StationGovernment", Rest),
    ("StationAllegiance", Rest),
    ("StationServices", Rest),
    ("StationEconomy", Rest),
    ("StationEconomies", Rest),
];

const STATION: &[(&str, Use)] = &[
    ("StationName", Detail),
    ("StationType", Detail),
    ("MarketID", Detail),
    ("Taxi", Detail),
    ("Multicrew", Rest),
    ("StarSystem", Detail),
    ("SystemAddress", Detail),
    ("StationFaction", Rest),
    ("FactionState", Rest),
    ("StationGovernment", Rest),
    ("StationAllegiance", Rest),
    ("StationServices", Rest),
    ("StationEconomy", Rest),
    ("StationEconomies", Rest),
    ("StationState", Rest),
    ("DistFromStarLS", Rest),
    ("LandingPads", Rest),
    ("CockpitBreach", Rest),
    ("Wanted", Detail),
    ("ActiveFine", Detail),
    ("Reason", Detail),
];

const SOLD: &[(&str, Use)] = &[
    ("Systems", Rest),
    ("Discovered", Rest),
    ("BaseValue", Detail),
    ("Bonus", Detail),
    ("TotalEarnings", Detail),
    ("MarketID", Rest),
    ("BioData", Rest),
];

/// The list, by what it is about.
pub(super) static ROWS: [Entry; 41] = [
    // Death.
    of(
        "Died",
        Death,
        HARM,
        &[
            ("KillerName", Attacker),
            ("KillerShip", Detail),
            ("KillerRank", Detail),
            ("Killers", Wing),
        ],
    ),
    of("Resurrect", Other, NEWS, &[("Option", Detail), ("Cost", Detail), ("Bankrupt", Detail)]),
    of("SelfDestruct", Other, HARM, &[]),
    // Combat.
    of("PVPKill", Kill, DEED, &[("Victim", Victim), ("CombatRank", Detail)]),
    of(
        "Bounty",
        Kill,
        DEED,
        &[
            ("PilotName", Victim),
            ("Target", As("ship")),
            ("Rewards", Rest),
            ("TotalReward", Detail),
            ("Reward", Detail),
            ("Faction", Detail),
            ("VictimFaction", Detail),
            ("SharedWithOthers", Detail),
        ],
    ),
    of("FactionKillBond", Kill, DEED, BOND),
    of("CapShipBond", Other, DEED, BOND),
    of(
        "Interdicted",
        Other,
        HARM,
        &[
            ("Interdictor", Attacker),
            ("Submitted", Detail),
            ("IsPlayer", Detail),
            ("IsThargoid", Detail),
            ("CombatRank", Detail),
            ("Faction", Detail),
            ("Power", Detail),
        ],
    ),
    of(
        "Interdiction",
        Other,
        DEED,
        &[
            ("Interdicted", Victim),
            ("Success", Detail),
            ("IsPlayer", Detail),
            ("CombatRank", Detail),
            ("Faction", Detail),
            ("Power", Detail),
        ],
    ),
    of(
        "EscapeInterdiction",
        Other,
        HARM,
        &[("Interdictor", Attacker), ("IsPlayer", Detail), ("IsThargoid", Detail)],
    ),
    of("UnderAttack", Other, HARM, &[("Target", As("attacked"))]),
    of("ShieldState", Other, NEWS, &[("ShieldsUp", Detail)]),
    of(
        "HullDamage",
        Other,
        HARM,
        &[("Health", Detail), ("PlayerPilot", Detail), ("Fighter", Detail)],
    ),
    of("HeatDamage", Other, HARM, &[("ID", Rest)]),
    of("CockpitBreached", Other, HARM, &[]),
    of("JetConeDamage", Other, HARM, &[("Module", Detail)]),
    of("SystemsShutdown", Other, HARM, &[]),
    of("FighterDestroyed", Other, HARM, &[("ID", Rest)]),
    of("SRVDestroyed", Other, HARM, &[("ID", Rest), ("SRVType", Detail)]),
    // Crime.
    of(
        "CommitCrime",
        Other,
        DEED,
        &[
            ("Victim", Victim),
            ("CrimeType", Detail),
            ("Faction", Detail),
            ("Fine", Detail),
            ("Bounty", Detail),
        ],
    ),
    of(
        "CrimeVictim",
        Other,
        HARM,
        &[("Offender", Attacker), ("CrimeType", Detail), ("Fine", Detail), ("Bounty", Detail)],
    ),
    // Missions.
    of("MissionAccepted", Other, NEWS, MISSION),
    of("MissionCompleted", Other, NEWS, MISSION),
    of("MissionFailed", Other, NEWS, MISSION),
    of("MissionAbandoned", Other, NEWS, MISSION),
    of("MissionRedirected", Other, NEWS, MISSION),
    of("CommunityGoalJoin", Other, NEWS, GOAL),
    of("CommunityGoalReward", Other, NEWS, GOAL),
    // Jumps, docking, landing.
    of("FSDJump", Other, NEWS, JUMP),
    of("CarrierJump", Other, NEWS, JUMP),
    of("Docked", Other, NEWS, STATION),
    of("Undocked", Other, NEWS, STATION),
    of("DockingDenied", Other, NEWS, STATION),
    of("Touchdown", Other, NEWS, LANDING),
    of("Liftoff", Other, NEWS, LANDING),
    // What was earned.
    of(
        "Promotion",
        Other,
        NEWS,
        &[
            ("Combat", Detail),
            ("Trade", Detail),
            ("Explore", Detail),
            ("Soldier", Detail),
            ("Exobiologist", Detail),
            ("CQC", Detail),
            ("Federation", Detail),
            ("Empire", Detail),
        ],
    ),
    of(
        "RedeemVoucher",
        Other,
        NEWS,
        &[
            ("Type", As("voucher")),
            ("Amount", Detail),
            ("Faction", Detail),
            ("Factions", Rest),
            ("BrokerPercentage", Rest),
        ],
    ),
    of("SellExplorationData", Other, NEWS, SOLD),
    of("MultiSellExplorationData", Other, NEWS, SOLD),
    of("SellOrganicData", Other, NEWS, SOLD),
    of(
        "CodexEntry",
        Other,
        NEWS,
        &[
            ("EntryID", Detail),
            ("Name", As("codex")),
            ("SubCategory", Rest),
            ("Category", Rest),
            ("Region", Rest),
            ("System", As("star_system")),
            ("SystemAddress", Detail),
            ("BodyID", Rest),
            ("Latitude", Rest),
            ("Longitude", Rest),
            ("NearestDestination", Rest),
            ("Traits", Rest),
            ("IsNewEntry", Detail),
            ("NewTraitsDiscovered", Rest),
            ("VoucherAmount", Detail),
        ],
    ),
];

const GOAL: &[(&str, Use)] =
    &[("CGID", Detail), ("Name", Rest), ("System", As("star_system")), ("Reward", Detail)];
