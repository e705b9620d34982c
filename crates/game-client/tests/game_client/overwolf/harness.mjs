// Runs the bridge's page as Overwolf would: with an `overwolf` of our own, and the real
// network. Each line on stdin is a call of a listener or an order; each line on stdout says
// that it was done.
//
//   node harness.mjs SCRIPT PORT TOKEN
//   {"emit":"onNewEvents","payload":{...}}   tells the page's listeners
//   {"game":21640}                           that game runs; 0: none
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { runInNewContext } from "node:vm";

const [script, port, token] = process.argv.slice(2);
const listeners = { onNewEvents: [], onInfoUpdates2: [], onGameInfoUpdated: [] };
const event = (name) => ({ addListener: (listener) => listeners[name].push(listener) });
const say = (what) => process.stdout.write(`${JSON.stringify(what)}\n`);

let refusals = 1;
const overwolf = {
  games: {
    events: {
      onNewEvents: event("onNewEvents"),
      onInfoUpdates2: event("onInfoUpdates2"),
      setRequiredFeatures(features, granted) {
        say({ features });
        // Overwolf refuses while the game starts.
        granted(refusals-- > 0 ? { success: false } : { success: true, supportedFeatures: features });
      },
      getInfo: (told) => told({ success: true, res: { me: { player_id: "puuid-0" } } }),
    },
    onGameInfoUpdated: event("onGameInfoUpdated"),
    getRunningGameInfo: (told) => told(null),
  },
};

// What a browser adds by itself, and Node does not.
const origin = "overwolf-extension://lpmkjihgfedcbaponmlkjihgfedcba";
const ask = (url, options = {}) =>
  url === "settings.json"
    ? Promise.resolve({ json: async () => ({ port: Number(port), token }) })
    : fetch(url, { ...options, headers: { ...options.headers, origin } });

// Faster than life, in the same order.
const soon = (call, ms) => setTimeout(call, ms / 20);
runInNewContext(readFileSync(script, "utf8"), {
  overwolf,
  fetch: ask,
  setTimeout: soon,
  crypto: globalThis.crypto,
});

for await (const line of createInterface({ input: process.stdin })) {
  const order = JSON.parse(line);
  if (order.emit !== undefined) {
    for (const listener of listeners[order.emit]) listener(order.payload);
  } else {
    const gameInfo = { isRunning: order.game !== 0, classId: order.game, id: order.game * 10 + 1 };
    for (const listener of listeners.onGameInfoUpdated) listener({ gameInfo });
  }
  say({ done: order });
}
process.exit(0);
