#!/usr/bin/env python3
"""Counts what a recording must give, from its frames alone.

    recording_counts.py GAME FILE EVENTS.ndjson

compares with `ringside replay FILE --events EVENTS.ndjson` and exits with 1 where a
count differs. FILE is a recording that is not compressed, or what the game or another
tool wrote. GAME is a name of a module in recording_counts/.

Nothing of ours takes part in the counting: each module reads frames as
game-apis.md has them, and says in UNCOUNTED what it does not count, and why.
"""

import base64
import collections
import importlib
import json
import pathlib
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "recording_counts"))

Frame = collections.namedtuple("Frame", "body file offset")


def frames(path):
    """The frames of a recording; `None` where the file is none."""
    with path.open("rb") as lines:
        head = lines.readline()
        if b'"ringside_recording"' not in head:
            return None
        found = []
        for raw in lines:
            frame = json.loads(raw).get("frame")
            if frame is not None:
                text = frame.get("body")
                body = text.encode() if text is not None else base64.b64decode(frame["body_b64"])
                found.append(Frame(body, frame.get("file"), frame.get("offset")))
        return found


def lines_of_log(path):
    """The lines of a log file, each with its place."""
    offset = 0
    for raw in path.read_bytes().split(b"\n"):
        text = raw[:-1] if raw.endswith(b"\r") else raw
        if text.strip():
            yield Frame(text, path.name, offset)
        offset += len(raw) + 1


def documents(path):
    """JSON documents one after the other, each as the game would have sent it."""
    text, decoder, at = path.read_text(encoding="utf-8"), json.JSONDecoder(), 0
    while text[at:].strip():
        at += len(text[at:]) - len(text[at:].lstrip())
        document, at = decoder.raw_decode(text, at)
        for one in document if isinstance(document, list) else [document]:
            yield Frame(unwrapped(one).encode(), None, None)


def unwrapped(document):
    """A tool's log has the game's own words inside of its own."""
    if isinstance(document.get("body"), str) and "method" in document:
        return document["body"]
    if "recv_ts" in document and "msg" in document:
        return json.dumps(document["msg"])
    if "raw" in document and "kind" in document:
        return json.dumps(document["raw"])
    return json.dumps(document)


def told(path):
    """What the replay made: kinds with how often, of `other` with its name."""
    counts = collections.Counter()
    for line in path.read_text(encoding="utf-8").splitlines():
        event = json.loads(line)
        kind = event["type"].split(".")[1]
        name = event["data"]["details"].get("name")
        counts[f"other {name}" if kind == "other" else kind] += 1
    return counts


def main():
    game, file, events = sys.argv[1], *map(pathlib.Path, sys.argv[2:])
    module = importlib.import_module(game.replace("-", "_"))
    is_log = getattr(module, "IS_LOG", False)
    shown = frames(file) or list(lines_of_log(file) if is_log else documents(file))
    ought, are = module.counted(shown), told(events)
    for kind in module.UNCOUNTED:
        ought.pop(kind, None), are.pop(kind, None)
    kinds = sorted(set(ought) | set(are))
    differs = {kind: (ought[kind], are[kind]) for kind in kinds if ought[kind] != are[kind]}
    if hasattr(module, "ids_that_differ"):
        differs.update(module.ids_that_differ(shown, events))
    for kind, (mine, theirs) in differs.items():
        print(f"{kind}: counted {mine}, told {theirs}", file=sys.stderr)
    print(json.dumps({"file": file.name, "frames": len(shown), "events": sum(are.values())}))
    return 1 if differs else 0


if __name__ == "__main__":
    sys.exit(main())
