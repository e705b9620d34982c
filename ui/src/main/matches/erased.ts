import type { Erasure, ServerErasure } from "../../generated/bindings";
import { m } from "../../generated/paraglide/messages";
import { NOT_TOLD } from "./witnesses";

/** What is gone, what goes later, and why. */
export function erasedInWords({ here, being_sent, server }: Erasure): string {
  const parts = [
    m.matches_erased_here({ count: here }),
    being_sent > 0 ? m.matches_erased_being_sent({ count: being_sent }) : null,
    atServer(server),
  ];
  return parts.filter((part) => part !== null).join(" ");
}

function atServer(server: ServerErasure): string | null {
  switch (server.is) {
    case "not_wanted":
      return null;
    case "no_server":
      return m.matches_erased_no_server();
    case "done":
      return m.matches_erased_server();
    case "goes_on":
      return m.matches_erased_goes_on();
    case "later":
      return `${m.matches_erased_later()} ${NOT_TOLD[server.why]()}`;
  }
}
