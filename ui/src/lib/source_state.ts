import type { SourceState } from "../generated/bindings";
import { m } from "../generated/paraglide/messages";

/** What goes on with a game, and what to do where the player has to do something. */
export interface StateWords {
  readonly is: string;
  readonly todo?: string;
  /** The system's own words. */
  readonly detail?: string;
  /** The game is not read although it should be. */
  readonly trouble: boolean;
}

export function sourceStateInWords(state: SourceState): StateWords {
  switch (state.is) {
    case "off":
      return fine(m.games_state_off());
    case "turned_off":
      return trouble(
        state.server === null
          ? m.games_state_turned_off()
          : m.games_state_turned_off_by({ server: state.server }),
        m.games_todo_turned_off(),
        state.reason,
      );
    case "connected":
      return fine(m.games_state_connected());
    case "not_found":
      return fine(m.games_state_not_found());
    case "no_file":
      return fine(m.games_state_no_file());
    case "following":
      return fine(m.games_state_following());
    case "not_asked":
      return fine(m.games_state_not_asked());
    case "not_running":
      return fine(m.games_state_not_running());
    case "loading":
      return fine(m.games_state_loading());
    case "in_match":
      return fine(m.games_state_in_match());
    case "listening":
      return fine(m.games_state_listening());
    case "receiving":
      return fine(m.games_state_receiving());
    case "other_token":
      return trouble(m.games_state_other_token(), m.games_todo_other_token());
    case "tls_refused":
      return trouble(m.games_state_tls_refused(), m.games_todo_tls_refused(), state.detail);
    case "not_answering":
      return trouble(m.games_state_not_answering(), m.games_todo_wait(), state.detail);
    case "unexpected":
      return trouble(m.games_state_unexpected({ status: state.status }), m.games_todo_wait());
    case "too_large":
      return trouble(m.games_state_too_large(), m.games_todo_wait());
    case "port_taken":
      return trouble(
        m.games_state_port_taken({ port: String(state.port) }),
        m.games_todo_port_taken(),
        state.detail,
      );
    case "cannot_read":
      return trouble(m.games_state_cannot_read(), m.games_todo_cannot_read(), state.detail);
  }
}

function fine(is: string): StateWords {
  return { is, trouble: false };
}

function trouble(is: string, todo: string, detail?: string): StateWords {
  return detail === undefined ? { is, todo, trouble: true } : { is, todo, detail, trouble: true };
}
