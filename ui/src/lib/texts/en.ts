/**
 * Every word on the player's screens. A translation is a file like this one;
 * its type makes it complete.
 *
 * `{name}` is filled in, `*word*` is the player themself.
 */
export const en = {
  language: "en",
  app: "Ringside",

  feed: {
    title: "Live feed",
    empty: "Nothing yet",
    emptyHint: "Start a match. What your game tells about it appears here, newest first.",
    round: "Round {round}",
    notSaved: "not saved",
    match: { one: "{count} event", other: "{count} events" },
  },

  overlay: {
    title: "Ringside overlay",
    round: "Round {round}",
    tally: "{kills} kills, {deaths} deaths, {assists} assists",
    score: "{own} to {other}",
  },

  upload: {
    title: "Upload queue",
    counts: {
      pending: "waiting",
      in_flight: "sending",
      settled: "sent",
      quarantined: "refused",
    },
    troubles: {
      not_saved: {
        one: "{count} event is not saved yet: the disk does not take it",
        other: "{count} events are not saved yet: the disk does not take them",
      },
      pruned: {
        one: "{count} event given up: the queue was full",
        other: "{count} events given up: the queue was full",
      },
      lost: {
        one: "{count} event lost: it could not be saved",
        other: "{count} events lost: they could not be saved",
      },
    },
    oldest: "Oldest waiting",
    next: "Next attempt in",
    server: "Server",
    noServer: "none: events stay on this PC",
  },

  /** One line in the window's head, in words a player knows. */
  state: {
    starting: "starting",
    failed: "nothing is captured",
    not_saved: "not saved: {count} in memory",
    local: "kept on this PC",
    paused: "paused: {reason}",
    sending: "sending {count}",
    waiting: "{count} waiting",
    sent: "sent · nothing waiting",
  },

  sources: {
    title: "Games",
    none: "No game is read yet.",
    events: { one: "{count} event", other: "{count} events" },
    frames: { one: "{count} reading", other: "{count} readings" },
    unreadable: { one: "{count} could not be read", other: "{count} could not be read" },
    refused: {
      one: "{count} post refused",
      other: "{count} posts refused",
    },
    drift: {
      one: "{count} name the game did not use before",
      other: "{count} names the game did not use before",
    },
    names: {
      league: "League of Legends",
      cs2: "Counter-Strike 2",
      dota2: "Dota 2",
      "rocket-league": "Rocket League",
      overwolf: "Overwolf",
      elite: "Elite Dangerous",
      hearthstone: "Hearthstone",
    },
  },

  failed: {
    title: "Nothing is being captured",
    settings: "The settings cannot be read: games are captured, and nothing is sent",
    unreachable: "The window cannot reach the rest of Ringside. Close it and start Ringside again.",
  },

  /** By kind; which form is used depends on who is named and whether it is the player. */
  events: {
    match_started: { nobody: "Match started" },
    match_ended: { nobody: "Match ended" },
    round_started: { nobody: "Round started" },
    round_ended: { nobody: "Round ended" },
    kill: {
      nobody: "A kill",
      by: "{attacker} got a kill",
      byYou: "*You* got a kill",
      of: "{victim} was killed",
      ofYou: "*You* were killed",
      byOf: "{attacker} killed {victim}",
      byYouOf: "*You* killed {victim}",
      byOfYou: "{attacker} killed *you*",
    },
    death: { nobody: "A death", of: "{victim} died", ofYou: "*You* died" },
    knock: {
      nobody: "A knock",
      by: "{attacker} knocked somebody down",
      byYou: "*You* knocked somebody down",
      of: "{victim} was knocked down",
      ofYou: "*You* were knocked down",
      byOf: "{attacker} knocked {victim} down",
      byYouOf: "*You* knocked {victim} down",
      byOfYou: "{attacker} knocked *you* down",
    },
    revive: {
      nobody: "A revive",
      by: "{attacker} revived somebody",
      byYou: "*You* revived somebody",
      of: "{victim} was revived",
      ofYou: "*You* were revived",
      byOf: "{attacker} revived {victim}",
      byYouOf: "*You* revived {victim}",
      byOfYou: "{attacker} revived *you*",
    },
    first_blood: {
      nobody: "First blood",
      by: "{attacker} drew first blood",
      byYou: "*You* drew first blood",
    },
    multi_kill: {
      nobody: "A multi-kill",
      by: "{attacker} got a multi-kill",
      byYou: "*You* got a multi-kill",
    },
    ace: { nobody: "An ace", by: "{attacker} got an ace", byYou: "*You* got an ace" },
    objective_taken: {
      nobody: "An objective was taken",
      by: "{attacker} took an objective",
      byYou: "*You* took an objective",
      byOf: "{attacker} took {victim}",
      byYouOf: "*You* took {victim}",
    },
    structure_destroyed: {
      nobody: "A structure fell",
      by: "{attacker} destroyed a structure",
      byYou: "*You* destroyed a structure",
      of: "{victim} fell",
      byOf: "{attacker} destroyed {victim}",
      byYouOf: "*You* destroyed {victim}",
    },
    bomb_planted: {
      nobody: "Bomb planted",
      by: "{attacker} planted the bomb",
      byYou: "*You* planted the bomb",
    },
    bomb_defused: {
      nobody: "Bomb defused",
      by: "{attacker} defused the bomb",
      byYou: "*You* defused the bomb",
    },
    bomb_exploded: { nobody: "Bomb exploded" },
    goal: { nobody: "A goal", by: "{attacker} scored", byYou: "*You* scored" },
    shot: { nobody: "A shot", by: "{attacker} shot at goal", byYou: "*You* shot at goal" },
    save: { nobody: "A save", by: "{attacker} made a save", byYou: "*You* made a save" },
    demolition: {
      nobody: "A demolition",
      by: "{attacker} demolished somebody",
      byYou: "*You* demolished somebody",
      of: "{victim} was demolished",
      ofYou: "*You* were demolished",
      byOf: "{attacker} demolished {victim}",
      byYouOf: "*You* demolished {victim}",
      byOfYou: "{attacker} demolished *you*",
    },
    other: { nobody: "Something else happened" },
  },
} as const;
