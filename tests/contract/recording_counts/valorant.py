"""VALORANT by Overwolf's Game Events Provider (game-apis.md, section 2).

A kill comes as an event and as an info, in any order: of what says the same, there are
as many kills as the channel has that told more. Rounds are told by their number and
their phase alone.
"""

import collections
import json

UNCOUNTED = {"session_evidence": "it is about the session: the match's id, the roster, a score"}

BOMB = {
    "spike_planted": "bomb_planted",
    "spike_defused": "bomb_defused",
    "spike_detonated": "bomb_exploded",
}


def news(body):
    """Each as (is it an event, its key, its value)."""
    payload = body.get("payload", body)
    for event in payload.get("events", []):
        yield True, event["name"], event.get("data")
    for values in payload.get("info", {}).values():
        for key, value in values.items():
            yield False, key, value
    if "key" in payload:
        yield "category" not in payload, payload["key"], payload.get("value")


def counted(frames):
    counts = collections.Counter()
    kills = {True: collections.Counter(), False: collections.Counter()}
    fought, over, number = set(), set(), None
    for frame in frames:
        for is_event, key, value in news(json.loads(frame.body)):
            if key == "kill_feed" and value:
                kills[is_event][value] += 1
            elif key == "round_number" and value:
                number = str(value)
            elif key == "round_phase" and value in ("combat", "shopping"):
                fought.add(number)
            elif key == "round_phase" and value in ("end", "game_end"):
                over.add(number)
            elif is_event and key == "match_start":
                counts["match_started"] += 1
            elif is_event and key == "match_end":
                counts["match_ended"] += 1
            elif is_event and key in BOMB:
                counts[BOMB[key]] += 1
    counts["kill"] = sum((kills[True] | kills[False]).values())
    counts["round_started"], counts["round_ended"] = len(fought - {None}), len(over - {None})
    return counts
