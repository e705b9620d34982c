/** The check-up of the mock's games: one of each verdict. */
import type { Findings, SourceDiagnosis, SourceStatus } from "../generated/bindings";

const LIBRARY = "C:/Program Files (x86)/Steam/steamapps/common";
const FILE = "gamestate_integration_ringside.cfg";
const CS2 = `${LIBRARY}/Counter-Strike Global Offensive/game/csgo/cfg/${FILE}`;
const JOURNALS = "C:/Users/ana/Saved Games/Frontier Developments/Elite Dangerous";

const READ: SourceStatus = {
  source: "cs2",
  state: { is: "receiving" },
  frames: 4127,
  unreadable: 0,
  last_unreadable: null,
  refused_posts: 0,
  frames_dropped: 0,
  events: 28,
  last_frame_at: "2026-11-22T19:13:41Z",
  drift: {},
};

const FOUND: SourceDiagnosis = {
  source: "cs2",
  game: "cs2",
  verdict: "not_set_up",
  enabled: true,
  needs_file: true,
  installed: [{ edition: "cs2", config_path: CS2, config: { is: "differs", line: 3 } }],
  reachable: { is: "heard", port: 28_730 },
  league_client: null,
  turned_off: null,
  games_off: [],
  advice: [{ is: "write_file", path: CS2, content: '"Ringside"\n' }],
  last_run: READ,
};

const SOURCES: readonly SourceDiagnosis[] = [
  FOUND,
  {
    ...FOUND,
    source: "dota2",
    game: "dota2",
    verdict: "not_found",
    installed: [],
    reachable: { is: "heard", port: 28_733 },
    advice: [
      { is: "set_up_elsewhere", file: `game/dota/cfg/gamestate_integration/${FILE}`, content: "" },
      { is: "add_launch_option", option: "-gamestateintegration" },
    ],
    last_run: null,
  },
  {
    ...FOUND,
    source: "league",
    game: "league",
    needs_file: false,
    verdict: "silent",
    installed: [],
    reachable: { is: "silent", port: 2999 },
    league_client: { is: "not_asked" },
    advice: [],
    last_run: { ...READ, source: "league", state: { is: "not_running" } },
  },
  {
    ...FOUND,
    source: "rocket-league",
    game: "rocket_league",
    verdict: "turned_off",
    installed: [
      {
        edition: "rocket_league",
        config_path: `${LIBRARY}/rocketleague/TAGame/Config/DefaultStatsAPI.ini`,
        config: { is: "current" },
      },
    ],
    reachable: { is: "answers", port: 49_123 },
    turned_off: { is: "turned_off", reason: "until the next version", server: null },
    advice: [],
    last_run: null,
  },
  {
    ...FOUND,
    source: "elite",
    game: "elite",
    needs_file: false,
    verdict: "ready",
    installed: [],
    reachable: { is: "writes", file: "Journal.2026-11-22T190211.01.log", folder: JOURNALS },
    advice: [],
    last_run: { ...READ, source: "elite" },
  },
  {
    ...FOUND,
    source: "hearthstone",
    game: "hearthstone",
    verdict: "troubled",
    installed: [
      {
        edition: "hearthstone",
        config_path: "C:/Users/ana/AppData/Local/Blizzard/Hearthstone/log.config",
        config: { is: "current" },
      },
    ],
    reachable: { is: "folder_unreadable", folder: "C:/Hearthstone/Logs", detail: "denied" },
    advice: [],
    last_run: { ...READ, state: { is: "cannot_read", detail: "denied" }, last_frame_at: null },
  },
  {
    ...FOUND,
    source: "overwolf",
    game: "overwolf",
    needs_file: false,
    verdict: "switched_off",
    enabled: false,
    installed: [],
    reachable: { is: "unheard", port: 28_734 },
    advice: [{ is: "switch_on", section: "overwolf" }],
    last_run: null,
  },
];

/** What a look at this PC finds; with trouble of the whole installation, or without. */
export function findingsOf(troubled: boolean): Findings {
  return {
    queue: troubled ? { is: "damaged", path: "C:/Users/ana/outbox.sqlite" } : null,
    kill_switch: troubled ? "kill-switch.toml turns nothing off: [csgo] is no game" : null,
    programs: troubled ? { port: 28_735, answered: false } : null,
    sources: [...SOURCES],
  };
}
