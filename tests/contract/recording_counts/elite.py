"""Elite Dangerous by its journals (game-apis.md, section 6).

Each line is read as JSON, and its word says what it is. Ids are computed as
event_ids.py has it: session of the name's time and the account, native key of file,
offset and hash.
"""

import collections
import hashlib
import json
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from event_ids import hash_fields, netstrings, uuid_v8  # noqa: E402

IS_LOG = True
UNCOUNTED = {}

KILLS = {"PVPKill", "Bounty", "FactionKillBond"}
OTHERS = set(
    """Resurrect SelfDestruct CapShipBond Interdicted Interdiction EscapeInterdiction
    UnderAttack ShieldState HullDamage HeatDamage CockpitBreached JetConeDamage
    SystemsShutdown FighterDestroyed SRVDestroyed CommitCrime CrimeVictim
    MissionAccepted MissionCompleted MissionFailed MissionAbandoned MissionRedirected
    CommunityGoalJoin CommunityGoalReward FSDJump CarrierJump Docked Undocked
    DockingDenied Touchdown Liftoff Promotion RedeemVoucher SellExplorationData
    MultiSellExplorationData SellOrganicData CodexEntry""".split()
)
SAME_KILL_S = 5


class Start:
    """One start of the game: all parts of its journal."""

    def __init__(self, stem):
        self.stem = stem
        self.account = self.observer = ""
        # Accounts whose session runs, and those whose session was begun.
        self.open, self.begun = set(), set()
        self.last = None


def seconds(stamp):
    day, clock = stamp.rstrip("Z").split("T")
    hours, minutes, rest = clock.split(":")
    return day, int(hours) * 3600 + int(minutes) * 60 + int(rest)


def victim(line):
    if line["event"] == "PVPKill":
        return line.get("Victim")
    return line.get("PilotName_Localised") or line.get("PilotName")


def expected(frames):
    """Each event as (kind, word, id)."""
    start, starts = None, {}
    for frame in frames:
        found = re.fullmatch(r"Journal(.*)\.(\d+)\.log", frame.file)
        stem = found.group(1) if found else frame.file
        start = starts.setdefault(stem, Start(stem))
        yield from events_of(start, starts, frame, json.loads(frame.body))


def event_of(start, kind, word, native):
    session = netstrings([start.stem, start.account])
    fields = ("ringside.event-id.v1", "elite", session, start.observer, "0", kind, native)
    return kind, word, uuid_v8(hash_fields(*fields))


def events_of(start, starts, frame, line):
    word = line["event"]
    if word in ("Commander", "LoadGame", "NewCommander"):
        name = line.get("Commander" if word == "LoadGame" else "Name")
        start.account, start.observer = line.get("FID") or name, name
        # Who loads the game elsewhere is no longer in it where a crash cut it off.
        for other in starts.values():
            if other is not start and start.account in other.open:
                other.open.discard(start.account)
                yield event_of(other, "match_ended", None, "session")
    kind = "kill" if word in KILLS else "other" if word in OTHERS else None
    if word == "Died":
        kind = "kill" if line.get("KillerName") else "death"
    if (word == "LoadGame" or kind) and start.account not in start.begun:
        start.begun.add(start.account)
        start.open.add(start.account)
        yield event_of(start, "match_started", None, "session")
    if word == "Shutdown" and start.account in start.open:
        start.open.discard(start.account)
        yield event_of(start, "match_ended", None, "session")
    if kind == "kill" and word != "Died" and victim(line):
        now = (victim(line), seconds(line["timestamp"]), word)
        last = start.last
        if last and last[0] == now[0] and last[2] != word and last[1][0] == now[1][0]:
            kind = "other" if abs(last[1][1] - now[1][1]) <= SAME_KILL_S else kind
        start.last = now if kind == "kill" else last
    if kind:
        sum_of_line = hashlib.sha256(frame.body).digest()[:8].hex()
        yield event_of(start, kind, word, f"{frame.file} {frame.offset} {sum_of_line}")


def counted(frames):
    counts = collections.Counter()
    for kind, word, _ in expected(frames):
        counts[f"other {word}" if kind == "other" else kind] += 1
    return counts


def ids_that_differ(frames, events):
    told = (json.loads(line)["id"] for line in events.read_text(encoding="utf-8").splitlines())
    theirs = collections.Counter(told)
    ours = collections.Counter(identity for _, _, identity in expected(frames))
    differs = {f"id {identity}": (times, 0) for identity, times in (ours - theirs).items()}
    differs.update({f"id {identity}": (0, times) for identity, times in (theirs - ours).items()})
    return differs
