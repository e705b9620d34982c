"""Hearthstone by its Power.log (game-apis.md, section 6).

The lines of the game's state alone are read, and each entity's zone and type are
followed as its tags say. What is printed again in the midst of a game goes on with it.
"""

import collections
import re

IS_LOG = True
UNCOUNTED = {
    "session_evidence": "it is about the session, and no line has it",
    "match_started": "it is told when the players are known, which takes the rules to say",
    "round_ended": "it is told with what comes after the turn",
    "kill": "it is told of the hero that fell, which takes the rules to say",
}

LINE = re.compile(r"^[A-Z] [\d:.]+ GameState\.DebugPrintPower\(\) - ( *)(.*?)\s*$")
ENTITY = re.compile(r"(?:\[.* id=|\[id=|)(\d+)(?: zone=.*| cardId=.*|)")
CARD = re.compile(r"(?:FULL_ENTITY|SHOW_ENTITY|CHANGE_ENTITY) - \w+ing (?:ID=|Entity=)?(.*) CardID=")
CHANGE = re.compile(r"TAG_CHANGE Entity=(.*) tag=(\S+) value=(\S+)")
PLAY = re.compile(r"(?:BLOCK|ACTION)_START .*(?:BlockType|SubType)=PLAY( |$)")
TAG = re.compile(r"tag=(\S+) value=(\S+)")


class Table:
    """What lies on it, as far as it is counted."""

    def __init__(self):
        self.tags = collections.defaultdict(dict)
        self.open = "game"

    def take(self, text, counts):
        if found := TAG.match(text):
            if isinstance(self.open, int):
                self.tags[self.open][found[1]] = found[2]
            return
        self.open = "game" if text.startswith("GameEntity") else None
        if found := CARD.match(text):
            self.open = number(found[1])
        elif found := CHANGE.match(text):
            self.change(*found.groups(), counts)
        elif PLAY.match(text):
            counts["other card_played"] += 1

    def change(self, named, tag, value, counts):
        entity = number(named)
        if named == "GameEntity" or entity == 1:
            counts["round_started"] += (tag, value) == ("STEP", "MAIN_READY")
            counts["match_ended"] += (tag, value) == ("STATE", "COMPLETE")
        elif entity is not None:
            was = self.tags[entity]
            left = was.get("ZONE") == "PLAY" and was.get("CARDTYPE") == "MINION"
            counts["other minion_died"] += (tag, value) == ("ZONE", "GRAVEYARD") and left
            was[tag] = value


def number(entity):
    found = ENTITY.fullmatch(entity)
    return int(found.group(1)) if found else None


def counted(frames):
    counts, table = collections.Counter(), None
    for frame in frames:
        found = LINE.match(frame.body.decode("utf-8", "replace"))
        if not found:
            continue
        text = found[2]
        if text == "CREATE_GAME":
            table = Table()
        elif table:
            table.take(text, counts)
    return counts
