import { render, screen, within } from "@testing-library/svelte";
import { expect, test } from "vitest";

import { findingsOf } from "../../mock/doctor";
import { helpIpc, helpOf } from "../../mock/help";
import { Help } from "../../lib/help.svelte";
import Doctor from "./Doctor.svelte";

test("a game says what to do and where, in the words of the page's language", async () => {
  await shown(new Help(helpIpc));
  const game = within(gameNamed("Counter-Strike 2"));
  expect(game.getByText("something is left to set up")).toBeInTheDocument();
  expect(game.getByText(/from line 3 on/)).toBeInTheDocument();
  expect(game.getByRole("link", { name: "Games" })).toHaveAttribute("href", "#/games");
});

test("a game that somebody turned off says why", async () => {
  await shown(new Help(helpIpc));
  expect(gameNamed("Rocket League")).toHaveTextContent("until the next version");
});

test("a damaged queue, an unreadable switch and deaf ears for programs are said", async () => {
  await shown(new Help(helpOf(true)));
  expect(screen.getByText(/upload queue’s file is damaged/)).toBeInTheDocument();
  expect(screen.getByText(/is no game/)).toHaveAttribute("lang", "en");
  expect(screen.getByText(/not answered at 127.0.0.1:28735/)).toBeInTheDocument();
});

test("what was found last stays where a later look fails", async () => {
  let fails = false;
  const help = new Help({
    ...helpIpc,
    examine: () =>
      Promise.resolve(
        fails
          ? { status: "error", error: { code: "settings", detail: "line 2" } }
          : { status: "ok", data: findingsOf(false) },
      ),
  });
  await help.examine();
  fails = true;
  await help.examine();
  expect([help.problem?.detail, help.findings?.sources.length]).toEqual(["line 2", 7]);
});

async function shown(help: Help): Promise<void> {
  await help.examine();
  render(Doctor, { props: { help } });
}

function gameNamed(name: string): HTMLElement {
  const game = screen.getByText(name).closest("details");
  if (game === null) throw new Error(`${name} is not shown`);
  return game;
}
