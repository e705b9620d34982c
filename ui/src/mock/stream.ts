/** The stream page of the mock; in a troubled world another program has its port. */
import type { StreamChoice, StreamState } from "../generated/bindings";
import type { Answer } from "../lib/ipc";
import type { StreamIpc } from "../lib/stream.svelte";

export function streamOf(troubled: boolean): StreamIpc {
  let choice: StreamChoice = { enabled: true, port: 28_731, hide_names: true, delay_s: 30 };
  let addresses = 1;
  const state = (): Promise<Answer<StreamState>> => {
    const path = String(addresses).repeat(32);
    const served = choice.enabled && !troubled;
    const address = served ? `http://127.0.0.1:${String(choice.port)}/${path}/` : null;
    const data = { choice, address, port_taken: choice.enabled && troubled };
    return Promise.resolve({ status: "ok", data });
  };
  return {
    streamState: state,
    streamChange: (chosen) => {
      choice = chosen;
      return state();
    },
    streamNewAddress: () => {
      addresses++;
      return state();
    },
  };
}
