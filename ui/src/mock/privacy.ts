/** What the mock's player decided about privacy. */
import type { PrivacyState } from "../generated/bindings";
import type { Answer } from "../lib/ipc";
import type { PrivacyIpc } from "../lib/privacy.svelte";

const SENT = {
  league: true,
  cs2: true,
  dota2: true,
  rocket_league: true,
  valorant: true,
  elite: true,
  hearthstone: true,
};
const KEPT = {
  league: 0,
  cs2: 0,
  dota2: 0,
  rocket_league: 0,
  valorant: 0,
  elite: 0,
  hearthstone: 0,
};

const STATE: PrivacyState = {
  names: "pseudonyms",
  has_names_key: true,
  send: SENT,
  kept: KEPT,
  waiting: 0,
  device: "0b6c7d1e-5a1f-4c55-9d0a-6a1f3c2b9e44",
  enrolled_at: ["https://ringside.example"],
  former_identities: 0,
};

export function privacyOf(server: string | null, waiting = 0): PrivacyIpc {
  const known = { ...STATE, waiting };
  let state: PrivacyState = server === null ? { ...known, enrolled_at: [] } : known;
  return {
    privacyState: () => ok(state),
    privacyNames: (names) => {
      state = { ...state, names };
      return ok(null);
    },
    privacyGames: (send) => {
      const kept = { ...KEPT, league: send.league ? 0 : 19, cs2: send.cs2 ? 0 : 28 };
      state = { ...state, send, kept };
      return ok(null);
    },
    privacyExport: () => ok({ path: "Downloads/Ringside/everything.ndjson", events: 47 }),
    privacyNewIdentity: () => {
      const device = "7f0a3d52-1c64-4f0e-8a3b-2d9be1c05a17";
      state = { ...state, device, enrolled_at: [], former_identities: state.former_identities + 1 };
      return ok({ device, kept: 3 });
    },
    privacyErase: (reach) =>
      ok({
        servers: reach === "everywhere" ? state.enrolled_at : [],
        left: [
          ...(reach === "here" ? [{ what: "on_servers" as const }] : []),
          { what: "game_configuration" },
          { what: "exports" },
        ],
      }),
    uploadAgree: () => ok(null),
    uploadWithdraw: () => ok(null),
  };
}

function ok<T>(data: T): Promise<Answer<T>> {
  return Promise.resolve({ status: "ok", data });
}
