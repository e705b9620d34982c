import { fireEvent, render, screen } from "@testing-library/svelte";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import type { LanState } from "../../generated/bindings";
import { fingerprintLines, Lan, spaced } from "../../lib/lan.svelte";
import { ipc } from "../../mock/ipc";
import { lanOf } from "../../mock/lan";
import OtherDevices from "./OtherDevices.svelte";

beforeEach(() => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
});

afterEach(() => {
  vi.useRealTimers();
});

test("it is off, and shows how a device is let in once it is on", async () => {
  const turn = await shown();
  expect(turn).not.toBeChecked();
  expect(screen.queryByText("417 052")).toBeNull();
  await fireEvent.click(turn);
  expect(await screen.findByText("417 052")).toBeInTheDocument();
  expect(screen.getByText("https://192.168.178.20:28732/")).toBeInTheDocument();
  expect(screen.getByRole("img", { name: "The address as a QR code" })).toBeInTheDocument();
  expect(screen.getByText("3F:0A:91:C4:5E:77:12:B8")).toBeInTheDocument();
  await fireEvent.click(turn);
  await vi.waitFor(() => {
    expect(screen.queryByText("417 052")).toBeNull();
  });
});

test("a code grows old on the page by itself, and a click makes another", async () => {
  await fireEvent.click(await shown());
  await screen.findByText(/Valid for 2:00 more/);
  await vi.advanceTimersByTimeAsync(30_000);
  expect(await screen.findByText(/Valid for 1:(29|30) more/)).toBeInTheDocument();
  await vi.advanceTimersByTimeAsync(91_000);
  expect(await screen.findByText("The code has grown too old.")).toBeInTheDocument();
  await fireEvent.click(screen.getByRole("button", { name: "New code" }));
  expect(await screen.findByText("417 053")).toBeInTheDocument();
});

test("where it cannot be switched on the page says why, and the switch is off", async () => {
  const turn = await shown(true);
  await fireEvent.click(turn);
  expect(await screen.findByRole("alert")).toHaveTextContent("This PC is in no network.");
  expect(turn).not.toBeChecked();
});

test("devices that may read are counted and sent away together", async () => {
  await fireEvent.click(await shown());
  expect(await screen.findByText(/^1 device may read/)).toBeInTheDocument();
  await fireEvent.click(screen.getByRole("button", { name: "Send all away" }));
  expect(await screen.findByText(/^0 devices may read/)).toBeInTheDocument();
  expect(screen.getByRole("button", { name: "Send all away" })).toBeDisabled();
});

test("what was looked at before a choice does not undo the choice", async () => {
  const world = lanOf(false);
  let late: (state: { status: "ok"; data: LanState }) => void = () => undefined;
  const lan = new Lan({ ...world, lanState: () => new Promise((answers) => (late = answers)) });
  const looking = lan.look();
  await lan.turn(true);
  late({ status: "ok", data: { is: "off" } });
  await looking;
  expect(lan.state?.is).toBe("on");
});

test("where it went off by itself the page says why, until it is switched on again", async () => {
  const world = lanOf(false);
  let moved = false;
  const off = { status: "ok", data: { is: "off" } } as const;
  const lanState = () => (moved ? Promise.resolve(off) : world.lanState());
  render(OtherDevices, { props: { ipc: { ...ipc, ...world, lanState } } });
  const turn = await screen.findByRole("switch", { name: /my other devices/ });
  await fireEvent.click(turn);
  await screen.findByText("417 052");
  moved = true;
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await screen.findByText(/has another address now/)).toBeInTheDocument();
  expect(turn).not.toBeChecked();
  await fireEvent.click(turn);
  await vi.waitFor(() => {
    expect(screen.queryByText(/has another address now/)).toBeNull();
  });
});

test("codes and fingerprints are written so that they can be compared", () => {
  expect(spaced("012345")).toBe("012 345");
  const pairs = Array.from({ length: 32 }, (_, pair) => String(pair).padStart(2, "0"));
  const lines = fingerprintLines(pairs.join(":"));
  expect(lines).toHaveLength(4);
  expect(lines.join(":")).toBe(pairs.join(":"));
});

async function shown(troubled = false): Promise<HTMLElement> {
  render(OtherDevices, { props: { ipc: { ...ipc, ...lanOf(troubled) } } });
  return await screen.findByRole("switch", { name: /my other devices/ });
}
