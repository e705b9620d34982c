import type { Glance, Phase } from "../generated/bindings";
import { m } from "../generated/paraglide/messages";
import { formatCount } from "./language.svelte";

/** Between two sentences: a reader that is interrupted all the time tells nothing. */
export const ANNOUNCE_EVERY_MS = 5000;

/** How a phase is called; who plays is told nothing. */
export const PHASES: Readonly<Record<Phase, () => string>> = {
  playing: m.live_phase_playing,
  dead: m.live_phase_dead,
  buying: m.live_phase_buying,
  between_rounds: m.live_phase_between_rounds,
  out_of_play: m.live_phase_out_of_play,
};

/** What the overlay shows of a match beside its clock, each part in words. */
export function glanceParts({ round, score, you, phase }: Glance): string[] {
  return [
    score === null ? "" : `${m.live_score_is()} ${m.live_score(score)}`,
    round === null ? "" : m.live_round({ round }),
    PHASES[phase](),
    you === null ? "" : tally(you),
  ];
}

function tally({ kills, deaths, assists }: NonNullable<Glance["you"]>): string {
  const counts = [
    `${formatCount(kills)} ${m.live_kills()}`,
    `${formatCount(deaths)} ${m.live_deaths()}`,
    `${formatCount(assists)} ${m.live_assists()}`,
  ];
  return counts.join(", ");
}

/**
 * The match for a screen reader: what changed of score, round, phase and counts, at most
 * once in five seconds and never the clock. What was there before is no news.
 */
export class Announced {
  said = $state("");

  #known: readonly string[] | null = null;
  #key: string | null = null;
  #waiting: Glance | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;

  take(glance: Glance | null): void {
    if (glance === null) {
      this.stop();
      this.#key = null;
      return;
    }
    if (glance.match_key !== this.#key) {
      this.#key = glance.match_key;
      this.#known = glanceParts(glance);
      return;
    }
    if (this.#timer === null) this.#say(glance);
    else this.#waiting = glance;
  }

  /** Says nothing more. */
  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#waiting = null;
    this.said = "";
  }

  #say(glance: Glance): void {
    const parts = glanceParts(glance);
    const changed = parts.filter((part, at) => part !== "" && part !== this.#known?.[at]);
    this.#known = parts;
    if (changed.length === 0) return;
    this.said = changed.join(", ");
    this.#timer = setTimeout(() => {
      this.#timer = null;
      const waiting = this.#waiting;
      this.#waiting = null;
      if (waiting !== null) this.#say(waiting);
    }, ANNOUNCE_EVERY_MS);
  }
}
