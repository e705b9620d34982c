"""Dota 2 by Game State Integration (game-apis.md, section 4).

The list repeats each event for half a minute, without an id: an event is what a list
says once, and what one list says twice is two.
"""

import collections
import json

UNCOUNTED = {"session_evidence": "it is about the session, and no list has it"}

PLAYED = {"DOTA_GAMERULES_STATE_PRE_GAME", "DOTA_GAMERULES_STATE_GAME_IN_PROGRESS"}
OVER = "DOTA_GAMERULES_STATE_POST_GAME"
PLACES = range(10)


def kind_of(entry):
    """The kind, and what tells the entry from others of its match."""
    word = entry["event_type"]
    if word == "generic_event":
        inner = json.loads(entry["data"])
        word = inner["type"]
        if word == "CHAT_MESSAGE_HERO_KILL" and inner.get("playerid1") in PLACES:
            return "kill"
        if word == "CHAT_MESSAGE_FIRSTBLOOD":
            return "first_blood"
    if word == "roshan_killed":
        return "objective_taken"
    return f"other {word}"


def counted(frames):
    most = collections.Counter()
    started, ended = set(), set()
    for frame in frames:
        body = json.loads(frame.body)
        shown, player = body.get("map"), body.get("player")
        if (body.get("provider") or {}).get("appid") != 570 or not shown or not player:
            continue
        match, state = shown.get("matchid"), shown.get("game_state")
        if state in PLAYED:
            started.add(match)
        if state == OVER and match in started:
            ended.add(match)
        entries = [entry for entry in body.get("events", []) if entry["event_type"] != "chat_message"]
        here = collections.Counter(
            (match, kind_of(entry), json.dumps(entry, sort_keys=True)) for entry in entries
        )
        most |= here
    counts = collections.Counter()
    for (_, kind, _), times in most.items():
        counts[kind] += times
    counts["match_started"], counts["match_ended"] = len(started), len(ended)
    return counts
