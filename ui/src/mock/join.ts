/** Invitations of the mock: what a scene's server answers, and a first run where there is one. */
import type { InvitationRead, InvitationWarning, Joining } from "../generated/bindings";
import type { FirstRunIpc } from "../lib/first_run.svelte";
import type { Answer } from "../lib/ipc";
import type { OverlayChoiceIpc } from "../lib/overlay_choice.svelte";
import type { PrivacyIpc } from "../lib/privacy.svelte";

const ANSWERS: ReadonlyMap<string | null, Joining> = new Map(
  Object.entries({
    "key-refused": { is: "key_refused" },
    "not-there": { is: "unreachable" },
    "not-trusted": { is: "untrusted" },
  } satisfies Record<string, Joining>),
);

const CLICKED = "ringside://join/ringside.example/rse_0#operator=Caf%C3%A9%20League";

type Asked = Omit<FirstRunIpc, keyof PrivacyIpc | keyof OverlayChoiceIpc>;

export function joinOf(scene: string | null): Asked {
  let pending = scene === "clicked" ? CLICKED : null;
  let due = scene === "first-run" || ANSWERS.has(scene);
  return {
    firstRunIsDue: () => ok(due),
    firstRunEnd: () => {
      due = false;
      return ok(null);
    },
    invitationPending: () => {
      const link = pending;
      pending = null;
      return ok(link);
    },
    invitationRead: (text) => Promise.resolve(readOf(text)),
    invitationAccept: () => ok(ANSWERS.get(scene) ?? { is: "joined" }),
  };
}

/** Enough of crates/ingest-api's rules to show each case. */
function readOf(text: string): InvitationRead {
  const [, host, , said = ""] =
    /^ringside:\/\/join\/([^/#]+)\/([^/#]+)(?:#(.*))?$/.exec(text.trim()) ?? [];
  if (host === undefined) return { is: "refused", why: "not_one" };
  if (host.includes("@")) return { is: "refused", why: "misleading" };
  const says = new URLSearchParams(said);
  const warnings: InvitationWarning[] = [];
  if (host.includes("xn--")) warnings.push("lookalike");
  if (says.has("ca")) warnings.push("own_certificate");
  return {
    is: "invitation",
    host,
    server: `https://${host}`,
    operator: says.get("operator"),
    warnings,
  };
}

function ok<T>(data: T): Promise<Answer<T>> {
  return Promise.resolve({ status: "ok", data });
}
