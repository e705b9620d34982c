"""Counter-Strike by Game State Integration (game-apis.md, section 3).

Frames show a state: what happened is what changed. A frame without the game's own
`provider` block is somebody else's.
"""

import collections
import json

UNCOUNTED = {
    "session_evidence": "it is about the session: one for each round that ended and more",
}

# Modes in which a round is never won.
WITHOUT_ROUNDS = {"deathmatch", "gungameprogressive"}

BOMB = {"planted", "exploded", "defused"}


class Run:
    """From one beginning of the counters to the next."""

    def __init__(self, rounds_over):
        self.ended = rounds_over
        self.started = 0
        self.bomb_round = 0
        self.bomb = set()


class Stay:
    """One stay in one match."""

    def __init__(self, shown):
        self.shown = shown
        self.run = None
        self.begun = self.over = False
        self.last = None
        self.own = None


def game_state(frame):
    body = json.loads(frame.body)
    provider = body.get("provider") or {}
    is_games = provider.get("appid") == 730 and isinstance(provider.get("steamid"), str)
    return body if is_games else None


def begins_anew(last, now, own, own_now):
    """Rounds or counters fell, or the round went back to its beginning."""
    if last["round"] is not None and now["round"] is not None and now["round"] < last["round"]:
        return True
    back = last["round_phase"] == "live" and now["round_phase"] == "freezetime"
    if back and last["round"] == now["round"] and now["phase"] != "gameover":
        return True
    if own is None or own_now is None:
        return False
    if own_now[1] < own[1]:
        return True
    # One less is a kill that was taken back, for a suicide or a team-mate.
    return own_now[0] < own[0] - 1 or (own_now[0] < own[0] and own_now[0] == 0 and not now["round"])


def counted(frames):
    counts = collections.Counter()
    stay = None
    for frame in frames:
        body = game_state(frame)
        if body is None:
            continue
        shown = body.get("map")
        if not shown:
            if stay:
                stay.last = None if stay.over else stay.last
            continue
        place = (shown.get("name"), shown.get("mode"), body["provider"]["steamid"])
        if stay is None or stay.shown != place:
            stay = Stay(place)
        take(stay, shown, body, counts)
    return counts


def take(stay, shown, body, counts):
    # Names of phases as the game writes them; a match that ended stays so.
    block = body.get("round") or {}
    now = {"round": shown.get("round"), "phase": shown["phase"], "round_phase": block.get("phase")}
    player = body.get("player") or {}
    stats = player.get("match_stats") or {}
    is_own = player.get("steamid") == body["provider"]["steamid"]
    has_both = isinstance(stats.get("kills"), int) and isinstance(stats.get("deaths"), int)
    own_now = (stats["kills"], stats["deaths"]) if is_own and has_both else None

    is_over = now["round_phase"] == "over"
    fresh = stay.last is None or begins_anew(stay.last, now, stay.own, own_now)
    if fresh:
        stay.run = Run((now["round"] or 0) - (1 if is_over else 0))
        if stay.last is not None:
            stay.own = (0, 0) if stay.own else None
    if own_now is not None:
        if stay.own is not None:
            counts["kill"] += max(0, own_now[0] - stay.own[0])
            counts["death"] += max(0, own_now[1] - stay.own[1])
        stay.own = own_now
    if shown.get("mode") not in WITHOUT_ROUNDS:
        rounds(stay, now, block, counts)
    if now["phase"] == "live" and not stay.begun:
        stay.begun = True
        counts["match_started"] += 1
    if now["phase"] == "gameover" and stay.begun and not stay.over:
        stay.over = True
        counts["match_ended"] += 1
    stay.last = now


def rounds(stay, now, block, counts):
    if now["phase"] == "warmup" or now["round_phase"] is None or now["round"] is None:
        return
    run, number = stay.run, now["round"]
    if number > run.ended:
        counts["round_ended"] += number - run.ended
        run.ended = number
    # The number is the next one's already when a round is over.
    current = number if now["round_phase"] == "over" else number + 1
    if now["round_phase"] == "live" and now["phase"] != "gameover" and current > run.started:
        run.started = current
        counts["round_started"] += 1
    if now["round_phase"] == "freezetime" or block.get("bomb") not in BOMB or current < run.bomb_round:
        return
    if current > run.bomb_round:
        run.bomb_round, run.bomb = current, set()
    if block["bomb"] not in run.bomb:
        run.bomb.add(block["bomb"])
        counts[f"bomb_{block['bomb']}"] += 1
