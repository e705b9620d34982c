#!/usr/bin/env python3
"""Recomputes the event-id vectors from their definition, in a second language.

    event_ids.py          check event-ids.json; exit 1 where a value differs
    event_ids.py --write  write the computed values into event-ids.json

An id is the UUIDv8 (RFC 9562) of SHA-256 over seven fields, each as its length
in bytes (32-bit big-endian) and its UTF-8 bytes: the version tag, game, session
key, observer, epoch in decimal, kind, native key. A session key is a list of
netstrings. A session's match key is the first 128 bits, in hex, of SHA-256 over
"ringside.session.v1", game, session key.
"""

import hashlib
import json
import pathlib
import sys
import uuid

VECTORS = pathlib.Path(__file__).with_name("event-ids.json")


def hash_fields(*fields):
    digest = hashlib.sha256()
    for field in fields:
        raw = field.encode("utf-8")
        digest.update(len(raw).to_bytes(4, "big") + raw)
    return digest.digest()


def netstrings(values):
    return "".join(f"{len(value.encode('utf-8'))}:{value}," for value in values)


def uuid_v8(digest):
    raw = bytearray(digest[:16])
    raw[6] = (raw[6] & 0x0F) | 0x80
    raw[8] = (raw[8] & 0x3F) | 0x80
    return str(uuid.UUID(bytes=bytes(raw)))


def computed(vector):
    session = netstrings(vector["session_values"])
    match = hash_fields("ringside.session.v1", vector["game"], session)[:16].hex()
    event = hash_fields(
        "ringside.event-id.v1",
        vector["game"],
        session,
        vector["observer"],
        str(vector["epoch"]),
        vector["kind"],
        vector["native_key"],
    )
    return {
        "session_key": session,
        "match_key": f"{vector['game']}:session-{match}",
        "event_id": uuid_v8(event),
    }


def main():
    vectors = json.loads(VECTORS.read_text(encoding="utf-8"))
    if "--write" in sys.argv[1:]:
        text = json.dumps([v | computed(v) for v in vectors], indent=2, ensure_ascii=False)
        VECTORS.write_text(text + "\n", encoding="utf-8")
        return 0
    wrong = [v["native_key"] for v in vectors if v != v | computed(v)]
    print(f"{len(vectors) - len(wrong)} passed, {len(wrong)} failed")
    for native_key in wrong:
        print(f"event id of {native_key!r} differs", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
