#!/usr/bin/env python3
"""Counts what a Power.log of Hearthstone must give, from the raw file.

    hearthstone.py Power.log EVENTS.ndjson    compare with `ringside replay --events`;
                                              exit 1 where a count differs

Nothing of ours takes part in the counting: the lines of the game's state alone are
read, and each entity's zone and type are followed as its tags say.
"""

import collections
import json
import pathlib
import re
import sys

LINE = re.compile(r"^[A-Z] [\d:.]+ GameState\.DebugPrintPower\(\) - ( *)(.*?)\s*$")
ENTITY = re.compile(r"(?:\[.* id=|\[id=|)(\d+)(?: zone=.*| cardId=.*|)")


def number(entity):
    found = ENTITY.fullmatch(entity)
    return int(found.group(1)) if found else None


def expected(path):
    counts = collections.Counter()
    tags = collections.defaultdict(dict)
    open_entity, game = None, {}
    for raw in path.read_bytes().decode("utf-8", "replace").splitlines():
        found = LINE.match(raw)
        if not found:
            continue
        indent, text = found.groups()
        if text == "CREATE_GAME":
            # What is printed again in the midst of a game goes on with it.
            tags.clear()
            game = {"turn": "0"}
            open_entity = "game"
            counts["create"] += 1
            continue
        if match := re.match(r"tag=(\S+) value=(\S+)", text):
            if open_entity == "game":
                game[match[1].lower()] = match[2]
            elif open_entity is not None:
                tags[open_entity][match[1]] = match[2]
            continue
        if text.startswith("GameEntity"):
            open_entity = "game"
            continue
        open_entity = None
        if match := re.match(r"(?:FULL_ENTITY|SHOW_ENTITY|CHANGE_ENTITY) - \w+ing (?:ID=|Entity=)?(.*) CardID=", text):
            open_entity = number(match[1])
        elif match := re.match(r"TAG_CHANGE Entity=(.*) tag=(\S+) value=(\S+)", text):
            entity, tag, value = number(match[1]), match[2], match[3]
            of_game = match[1] == "GameEntity" or entity == 1
            if of_game and tag == "TURN":
                game["turn"] = value
            if of_game and tag == "STEP" and value == "MAIN_READY":
                counts["round_started"] += 1
            if of_game and tag == "STATE" and value == "COMPLETE":
                counts["match_ended"] += 1
            if tag == "ZONE" and entity is not None:
                was = tags[entity]
                if value == "GRAVEYARD" and was.get("ZONE") == "PLAY" and was.get("CARDTYPE") == "MINION":
                    counts["minion_died"] += 1
            if entity is not None and not of_game:
                tags[entity][tag] = value
        elif re.match(r"(?:BLOCK|ACTION)_START .*(?:BlockType|SubType)=PLAY( |$)", text):
            counts["card_played"] += 1
    return counts


def told(path):
    counts = collections.Counter()
    for line in path.read_text().splitlines():
        event = json.loads(line)
        kind = event["type"].split(".")[1]
        counts[event["data"]["details"]["name"] if kind == "other" else kind] += 1
    return counts


def main():
    log, events = (pathlib.Path(argument) for argument in sys.argv[1:3])
    ought, are = expected(log), told(events)
    names = ["round_started", "match_ended", "card_played", "minion_died"]
    differs = {name: (ought[name], are[name]) for name in names if ought[name] != are[name]}
    print(json.dumps({"counted": dict(ought), "told": dict(are), "differs": differs}))
    sys.exit(1 if differs else 0)


if __name__ == "__main__":
    main()
