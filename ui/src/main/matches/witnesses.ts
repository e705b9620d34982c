import type { NotAsked, NotTold, Sure, WitnessAnswer } from "../../generated/bindings";
import { m } from "../../generated/paraglide/messages";
import { dayName, dayOf, hourAndMinute } from "../../lib/match_words";

export const SURE: Readonly<Record<Sure, () => string>> = {
  certain: m.shared_certain,
  likely: m.shared_likely,
  only_you: m.shared_only_you,
  doubted: m.shared_doubted,
};

const NOT_ASKED: Readonly<Record<NotAsked, () => string>> = {
  no_server: m.matches_not_asked_no_server,
  held: m.matches_not_asked_held,
  not_enrolled: m.matches_not_asked_not_enrolled,
  nothing_sent: m.matches_not_asked_nothing_sent,
};

export const NOT_TOLD: Readonly<Record<NotTold, () => string>> = {
  offline: m.matches_not_told_offline,
  untrusted: m.matches_not_told_untrusted,
  busy: m.matches_not_told_busy,
  not_allowed: m.matches_not_told_not_allowed,
  gone: m.matches_not_told_gone,
  not_understood: m.matches_not_told_not_understood,
};

/** What the server said, in one or two sentences. */
export function answerInWords(answer: WitnessAnswer): string {
  switch (answer.is) {
    case "here":
      return answer.is_final ? m.matches_witnesses_final() : m.matches_witnesses_so_far();
    case "not_yet":
      return m.matches_not_yet({ from: moment(answer.from), until: moment(answer.until) });
    case "not_asked":
      return NOT_ASKED[answer.why]();
    case "not_told":
      return NOT_TOLD[answer.why]();
  }
}

/** `Today, 20:14`. */
function moment(rfc3339: string): string {
  return `${dayName(dayOf(rfc3339), new Date())}, ${hourAndMinute(rfc3339)}`;
}
