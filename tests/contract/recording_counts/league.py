"""League of Legends: the list of events in `/allgamedata` (game-apis.md, section 1).

The whole list comes at every poll, so an event is what has a number, a name and a time
of its own.
"""

import collections
import json

# One for the list that a client begins with.
UNCOUNTED = {"session_evidence": "it is about the session, and the list has nothing of it"}

KINDS = {
    "GameStart": "match_started",
    "GameEnd": "match_ended",
    "ChampionKill": "kill",
    "FirstBlood": "first_blood",
    "Multikill": "multi_kill",
    "Ace": "ace",
    "TurretKilled": "structure_destroyed",
    "InhibKilled": "structure_destroyed",
    "DragonKill": "objective_taken",
    "HeraldKill": "objective_taken",
    "BaronKill": "objective_taken",
    "HordeKill": "objective_taken",
    "AtakhanKill": "objective_taken",
}


def counted(frames):
    listed = {}
    for frame in frames:
        document = json.loads(frame.body)
        for event in document.get("events", {}).get("Events", []):
            key = (event["EventID"], event["EventName"], event["EventTime"])
            listed[key] = event["EventName"]
    names = listed.values()
    return collections.Counter(KINDS.get(name, f"other {name}") for name in names)
