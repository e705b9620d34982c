#!/usr/bin/env python3
"""Counts what a journal of Elite Dangerous must give, from the raw file.

    elite.py JOURNAL EVENTS.ndjson    compare with `ringside replay --events`;
                                      exit 1 where a count or an id differs

Nothing of ours takes part in the counting: lines are split at their ends, each is
read as JSON, and its word says what it is. Ids are computed as event_ids.py has it:
session of the name's time and the account, native key of file, offset and hash.
"""

import collections
import hashlib
import json
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from event_ids import hash_fields, netstrings, uuid_v8  # noqa: E402

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


def lines(path):
    offset = 0
    for raw in path.read_bytes().split(b"\n"):
        text = raw[:-1] if raw.endswith(b"\r") else raw
        if text.strip():
            yield offset, text
        offset += len(raw) + 1


def seconds(stamp):
    day, clock = stamp.rstrip("Z").split("T")
    hours, minutes, rest = clock.split(":")
    return day, int(hours) * 3600 + int(minutes) * 60 + int(rest)


def victim(line):
    if line["event"] == "PVPKill":
        return line.get("Victim")
    return line.get("PilotName_Localised") or line.get("PilotName")


def expected(path):
    """Each event as (kind, word, id)."""
    found = re.fullmatch(r"Journal(.*)\.(\d+)\.log", path.name)
    stem = found.group(1) if found else path.name
    account, observer, started, last = "", "", set(), None
    for offset, raw in lines(path):
        line = json.loads(raw)
        word = line["event"]

        def event(kind, native):
            session = netstrings([stem, account])
            fields = ("ringside.event-id.v1", "elite", session, observer, "0", kind, native)
            return uuid_v8(hash_fields(*fields))

        if word in ("Commander", "LoadGame", "NewCommander"):
            name = line.get("Commander" if word == "LoadGame" else "Name")
            account, observer = line.get("FID") or name, name
        if (word == "LoadGame" or word in KILLS | OTHERS | {"Died"}) and account not in started:
            started.add(account)
            yield "match_started", None, event("match_started", "session")
        if word == "Shutdown" and account in started:
            yield "match_ended", None, event("match_ended", "session")
        kind = "kill" if word in KILLS else "other" if word in OTHERS else None
        if word == "Died":
            kind = "kill" if line.get("KillerName") else "death"
        if kind == "kill" and word != "Died" and victim(line):
            now = (victim(line), seconds(line["timestamp"]), word)
            if last and last[0] == now[0] and last[2] != word and last[1][0] == now[1][0]:
                kind = "other" if abs(last[1][1] - now[1][1]) <= SAME_KILL_S else kind
            last = now if kind == "kill" else last
        if kind:
            native = f"{path.name} {offset} {hashlib.sha256(raw).digest()[:8].hex()}"
            yield kind, word, event(kind, native)


def told(path):
    for text in path.read_text(encoding="utf-8").splitlines():
        event = json.loads(text)
        kind = event["type"].removeprefix("ringside.").removesuffix(".v1")
        yield kind, event["data"]["details"].get("name"), event["id"]


def main():
    journal, events = map(pathlib.Path, sys.argv[1:])
    ours, theirs = collections.Counter(expected(journal)), collections.Counter(told(events))
    for item, times in sorted((ours - theirs).items(), key=str):
        print(f"missing {times} x {item}")
    for item, times in sorted((theirs - ours).items(), key=str):
        print(f"too many {times} x {item}")
    print(f"{journal.name}: {sum(theirs.values())} events, {sum(ours.values())} expected")
    return 0 if ours == theirs else 1


if __name__ == "__main__":
    sys.exit(main())
