/** The Help page of the mock. */
import type { Safety } from "../generated/bindings";
import type { HelpIpc } from "../lib/help.svelte";
import { findingsOf } from "./doctor";

const SAFETY: Safety = {
  version: "0.0.0",
  files: [
    { what: "own_folder", path: "C:\\Users\\ana\\AppData\\Local\\ringside" },
    { what: "game_configuration", path: "…/game/csgo/cfg/gamestate_integration_ringside.cfg" },
    { what: "exports", path: "Downloads/Ringside" },
    {
      what: "web_view",
      path: "C:\\Users\\ana\\AppData\\Local\\app.ringside.desktop\\EBWebView",
    },
    {
      what: "start_at_login",
      path: "HKEY_CURRENT_USER\\Software\\Microsoft\\Windows\\CurrentVersion\\Run: Ringside",
    },
    { what: "link_scheme", path: "HKEY_CURRENT_USER\\Software\\Classes\\ringside" },
    { what: "replay", path: "C:\\Users\\ana\\AppData\\Local\\Temp\\.tmp…" },
  ],
  followed: [
    {
      game: "elite",
      path: "C:\\Users\\ana\\Saved Games\\Frontier Developments\\Elite Dangerous",
    },
  ],
  addresses: [
    { what: "league_asked", address: "https://127.0.0.1:2999" },
    { what: "league_client_asked", address: "https://127.0.0.1:…" },
    { what: "counter_strike_posts", address: "http://127.0.0.1:28730" },
    { what: "stream_page", address: "http://127.0.0.1:28731" },
    { what: "other_devices", address: "https://…:28732" },
    { what: "events_sent", address: "https://ringside.example" },
  ],
  windows_imports: [
    { library: "bcrypt.dll", why: "random numbers", functions: ["BCryptGenRandom"] },
    {
      library: "user32.dll",
      why: "windows and their messages",
      functions: ["CreateWindowExW", "DefWindowProcW", "ShowWindow"],
    },
  ],
};

const LOG = [
  "2026-11-22T19:02:10.120Z  INFO The companion runs",
  "2026-11-22T19:02:11.006Z  INFO Counter-Strike reports: in a match",
  "2026-11-22T19:13:41.771Z  WARN The server did not answer; next try in 8 s",
];

/** The Help page of a PC where things go wrong, or do not. */
export function helpOf(troubled: boolean): HelpIpc {
  const examine = () => Promise.resolve({ status: "ok", data: findingsOf(troubled) } as const);
  return { ...helpIpc, examine };
}

export const helpIpc: HelpIpc = {
  examine: () => Promise.resolve({ status: "ok", data: findingsOf(false) }),
  about: () => Promise.resolve({ status: "ok", data: SAFETY }),
  logLines: () => Promise.resolve({ status: "ok", data: LOG }),
  supportFile: () =>
    Promise.resolve({
      status: "ok",
      data: JSON.stringify({ version: "0.0.0", system: "windows", log: LOG }, null, 2),
    }),
  keepSupportFile: () =>
    Promise.resolve({ status: "ok", data: "Downloads/Ringside/ringside-support.json" }),
};
