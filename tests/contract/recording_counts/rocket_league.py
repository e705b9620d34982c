"""Rocket League by its Stats API (game-apis.md, section 5).

A goal is a step of a team's score, whatever is said of it how often; shots, saves and
demolitions are steps of the players' own counters. What a replay shows happened before.
"""

import collections
import json

UNCOUNTED = {"session_evidence": "it is about the session, and no message has it"}

COUNTERS = {"Shots": "shot", "Saves": "save", "Demos": "demolition"}
# What the feed says of a step of a counter, or of a goal, is no event of its own.
PARTS = {"Goal", "Assist", "Shot", "Save", "EpicSave", "Demolish"}
REPLAY_BEGINS, REPLAY_ENDS = {"GoalReplayStart"}, {"GoalReplayEnd", "RoundStarted", "CountdownBegin"}


def counted(frames):
    counts = collections.Counter()
    scores, steps = {}, {}
    started, ended, in_replay = set(), set(), False
    for frame in frames:
        message = json.loads(frame.body)
        if "Event" not in message:
            continue
        word, data = message["Event"], message["Data"]
        data = json.loads(data) if isinstance(data, str) and data else data or {}
        match = data.get("MatchGuid")
        if word in REPLAY_BEGINS | REPLAY_ENDS:
            in_replay = word in REPLAY_BEGINS
        elif word == "UpdateState":
            game = data.get("Game") or {}
            if game.get("bReplay"):
                continue
            started.add(match)
            for team in game.get("Teams", []):
                key = (match, team["TeamNum"])
                counts["goal"] += max(0, team["Score"] - scores.get(key, team["Score"]))
                scores[key] = team["Score"]
            for player in data.get("Players", []):
                for counter, kind in COUNTERS.items():
                    key = (match, player["PrimaryId"], counter)
                    counts[kind] += max(0, player[counter] - steps.get(key, player[counter]))
                    steps[key] = player[counter]
        elif word in ("StatfeedEvent", "CrossbarHit") and not in_replay:
            name = data.get("EventName", word)
            if name not in PARTS:
                counts[f"other {name}"] += 1
        elif word == "MatchEnded":
            ended.add(match)
    counts["match_started"], counts["match_ended"] = len(started), len(ended & started)
    return counts
