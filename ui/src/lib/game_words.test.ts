import { readFileSync } from "node:fs";

import { afterEach, expect, test } from "vitest";

import type { FeedLine } from "../generated/bindings";
import { aside } from "./aside";
import { language } from "./language.svelte";
import { line } from "./sample_for_tests";
import { sentence } from "./sentence";
import { weaponName } from "./weapon_name";

afterEach(() => {
  language.choose(null);
});

function words(changes: Partial<FeedLine>): string {
  const told = line("a", changes);
  const said = sentence(told).map(({ text }) => text);
  return [said.join(""), ...aside(told)].join(" · ");
}

test.each([
  ["structure_destroyed", "Ana", "Turret_TOrder_L0_P3_3795288474", "You destroyed a blue turret"],
  ["structure_destroyed", "Bo", "Turret_T2_L_03_A", "Bo destroyed a red turret"],
  ["structure_destroyed", "Bo", "Inhib_TChaos_L1_P1_2786523670", "Bo destroyed a red inhibitor"],
  ["structure_destroyed", null, "Barracks_T1_C1", "A blue inhibitor fell"],
  ["structure_destroyed", "Bo", "A_Name_Of_Next_Year", "Bo destroyed a structure"],
  ["kill", "Minion_T200L2S13N0077", "Ana", "A red minion killed you"],
  ["kill", "Turret_TChaos_L2_P2_3018466217", "Bo", "A red turret killed Bo"],
  ["kill", "SRU_Baron12.1.1", "Ana", "A jungle monster killed you"],
  ["kill", "Golem_T100L1", "Bo", "Something on the map killed Bo"],
])("%s by %s of %s reads “%s”", (kind, attacker, victim, expected) => {
  expect(words({ kind, attacker, victim })).toBe(expected);
});

test("what the game calls it stays beside the word", () => {
  const [building] = sentence(
    line("a", { kind: "structure_destroyed", victim: "Turret_T2_L_03_A" }),
  );
  expect(building).toEqual({ is: "words", text: "A red turret", raw: "Turret_T2_L_03_A" });
});

test.each(["Minion_Fan", "Turret", "Karthus Bot", "T2_Slayer", "Barracks"])(
  "%s may be a player and stays a name",
  (name) => {
    expect(words({ attacker: name, victim: "Bo" })).toBe(`${name} killed Bo`);
  },
);

test.each([
  [{ kind: "objective_taken", attacker: "Ana", named: "dragon" }, "You took the dragon"],
  [{ kind: "objective_taken", attacker: "Bo", named: "newthing" }, "Bo took newthing"],
  [{ kind: "objective_taken", attacker: "Bo" }, "Bo took an objective"],
  [{ kind: "multi_kill", attacker: "Ana", streak: 3 }, "You got a triple kill"],
  [{ kind: "multi_kill", attacker: "Bo", streak: 5 }, "Bo got a penta kill"],
  [{ kind: "multi_kill", attacker: "Bo", streak: 6 }, "Bo got a multi-kill · 6 in a row"],
  [
    { kind: "kill", attacker: "Ana", weapon: "weapon_hkp2000", headshot: true },
    "You got a kill · P2000 · headshot",
  ],
  [{ kind: "other", named: "FirstBrick" }, "The first turret fell"],
  [{ kind: "other", named: "NewThing" }, "Something else happened · NewThing"],
])("%j reads “%s”", (changes, expected) => {
  expect(words(changes)).toBe(expected);
});

test("German bends what something is done to, and begins in capitals", () => {
  language.choose("de");
  const turret = "Turret_TOrder_L0_P3_3795288474";
  const fell = { kind: "structure_destroyed", victim: turret };
  expect(words({ ...fell, attacker: "Ana" })).toBe("Du hast einen blauen Turm zerstört");
  expect(words(fell)).toBe("Ein blauer Turm ist gefallen");
  expect(words({ kind: "objective_taken", attacker: "Bo", named: "dragon" })).toBe(
    "Bo hat den Drachen geholt",
  );
  expect(words({ kind: "multi_kill", attacker: "Ana", streak: 4 })).toBe(
    "Du hast einen Vierfachkill erzielt",
  );
  expect(words({ attacker: "Minion_T100L0S53N0338", victim: "Ana" })).toBe(
    "Ein blauer Vasall hat dich getötet",
  );
  expect(words({ attacker: "Ana", weapon: "weapon_knife_t" })).toBe(
    "Du hast einen Kill erzielt · Messer",
  );
});

test.each([
  ["weapon_ak47", "AK-47"],
  ["weapon_m4a1", "M4A4"],
  ["weapon_m4a1_silencer", "M4A1-S"],
  ["weapon_bayonet", "knife"],
  ["weapon_of_next_year", "of next year"],
])("%s is the %s", (weapon, name) => {
  expect(weaponName(weapon)).toBe(name);
});

/** Kept of a recorded match, as it goes into the history. */
interface Body {
  readonly type: string;
  readonly data: {
    readonly actors: { readonly attacker: string | null; readonly victim: string | null };
    readonly details: Readonly<Record<string, unknown>>;
    readonly observer: string | null;
  };
}

test("nothing of a whole match reads as the engine writes it", () => {
  const path = "../crates/game-session/tests/fixtures/league/simulated_match.events.ndjson";
  const bodies = readFileSync(path, "utf8")
    .trim()
    .split("\n")
    .map((text) => JSON.parse(text) as Body);
  const said = bodies.map(({ type, data }) => {
    const { attacker, victim } = data.actors;
    const text = (name: string) =>
      typeof data.details[name] === "string" ? data.details[name] : null;
    const kind = type.replace(/^ringside\.|\.v1$/g, "");
    const named =
      kind === "objective_taken" ? text("objective") : kind === "other" ? text("name") : null;
    const streak =
      typeof data.details["kill_streak"] === "number" ? data.details["kill_streak"] : null;
    return words({ kind, attacker, victim, observer: data.observer, named, streak });
  });
  expect(said.some((words) => words.includes("turret"))).toBe(true);
  expect(said.some((words) => words.includes("minion"))).toBe(true);
  expect(said.filter((words) => /[_\d]/.test(words) && !/l1nnet/.test(words))).toEqual([]);
});
