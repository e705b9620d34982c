// Tells Ringside what Overwolf says of a match, message by message and untouched.
//
// Each message gets a number that counts from 1 at every start of this page. What Ringside
// has not taken waits in memory, in order, and is sent again: while Ringside is away, and
// when it has no room. What it has taken may not be on its disk yet when it dies: once another
// start of it answers, the last of these are sent again first, and Ringside knows by the
// numbers what it has. When more waits than fits, the oldest goes, and Ringside sees by the
// numbers how many.
// Nothing is kept on disk: a page that starts again asks Overwolf for everything there is.
"use strict";

(() => {
  /** What each game tells, by Overwolf's number of the game. */
  const FEATURES = {
    21640: ["gep_internal", "me", "game_info", "match_info", "kill", "death"],
    22730: ["gep_internal", "match_info", "live_data"],
    // League tells the rest itself.
    5426: ["gep_internal", "matchState"],
  };

  /** Features may be refused while the game starts. */
  const FEATURES_RETRY_MS = 2000;

  /** Half an hour of a wild match; some 4 MB. */
  const WAITING_MAX = 4000;

  /** Four times what Ringside reads ahead of its disk. */
  const TAKEN_MAX = 256;

  /** Messages of one request, and their letters: Ringside takes 256, and a mebibyte. */
  const BATCH_MAX = 64;
  const BATCH_LETTERS_MAX = 200_000;

  /** How long to wait before the next try: at first, and at most. */
  const RETRY_MIN_MS = 500;
  const RETRY_MAX_MS = 10_000;

  const run = crypto.randomUUID();
  const waiting = [];
  const kept = [];
  /** The start of Ringside that took what is kept; none has answered yet. */
  let start = "";
  let seq = 0;
  let game = 0;
  let asked = 0;
  let sending = false;
  let pause = RETRY_MIN_MS;

  function forward(channel, payload) {
    seq += 1;
    const at = new Date().toISOString();
    const text = JSON.stringify({ run, seq, at, channel, gameId: game, payload });
    waiting.push({ seq, text });
    while (waiting.length > WAITING_MAX) {
      waiting.shift();
    }
    void send();
  }

  async function send() {
    if (sending) {
      return;
    }
    sending = true;
    while (waiting.length > 0) {
      const batch = nextBatch();
      const taken = await post(batch);
      const last = batch[taken - 1];
      while (last !== undefined && waiting.length > 0 && waiting[0].seq <= last.seq) {
        kept.push(waiting.shift());
      }
      kept.splice(0, kept.length - TAKEN_MAX);
      if (taken === batch.length) {
        pause = RETRY_MIN_MS;
      } else {
        await new Promise((resume) => setTimeout(resume, pause));
        pause = taken > 0 ? RETRY_MIN_MS : Math.min(pause * 2, RETRY_MAX_MS);
      }
    }
    sending = false;
  }

  function nextBatch() {
    let letters = 0;
    const fits = (message) => (letters += message.text.length) <= BATCH_LETTERS_MAX;
    const more = waiting.slice(1, BATCH_MAX);
    letters = waiting[0].text.length;
    const end = more.findIndex((message) => !fits(message));
    return [waiting[0], ...(end < 0 ? more : more.slice(0, end))];
  }

  /** How many of them Ringside took. One that was started anew takes none. */
  async function post(batch) {
    try {
      // Read each time: the player may have typed in another token.
      const { port, token } = await (await fetch("settings.json", { cache: "no-store" })).json();
      const answer = await fetch(`http://127.0.0.1:${port}/v1/gep${start && `?to=${start}`}`, {
        method: "POST",
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
        body: `[${batch.map((message) => message.text).join(",")}]`,
      });
      if (answer.status === 413 && batch.length === 1) {
        // It will never be taken.
        return 1;
      }
      const said = await answer.json();
      if (said.ringside !== "bridge/1") {
        return 0;
      }
      turnTo(said.start);
      return said.taken;
    } catch {
      return 0;
    }
  }

  /** What another start of Ringside took last may not be on the disk. */
  function turnTo(other) {
    if (start !== "" && start !== other) {
      waiting.unshift(...kept.splice(0));
    }
    start = other;
  }

  /** Asks for what the game tells, until it is granted or another game runs. */
  function ask(id) {
    const turn = ++asked;
    overwolf.games.events.setRequiredFeatures(FEATURES[id], (granted) => {
      if (turn !== asked) {
        return;
      }
      if (!granted.success) {
        setTimeout(() => turn === asked && ask(id), FEATURES_RETRY_MS);
        return;
      }
      overwolf.games.events.getInfo((info) => turn === asked && forward("getInfo", info));
    });
  }

  function follow(info) {
    const id = info?.isRunning ? (info.classId ?? Math.floor(info.id / 10)) : 0;
    if (id === game) {
      return;
    }
    game = id;
    asked += 1;
    if (id in FEATURES) {
      ask(id);
    }
  }

  overwolf.games.events.onNewEvents.addListener((payload) => forward("onNewEvents", payload));
  overwolf.games.events.onInfoUpdates2.addListener((payload) => forward("onInfoUpdates2", payload));
  overwolf.games.onGameInfoUpdated.addListener((change) => follow(change?.gameInfo));
  overwolf.games.getRunningGameInfo((info) => follow(info));
})();
