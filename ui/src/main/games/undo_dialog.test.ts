import { fireEvent, render, screen, within } from "@testing-library/svelte";
import { expect, test } from "vitest";

import { Games } from "../../lib/games.svelte";
import type { GamesIpc } from "../../lib/games.svelte";
import { gamesOf } from "../../mock/games";
import { outcomeInWords, problemInWords } from "./words";
import UndoDialog from "./UndoDialog.svelte";

const LEFT = [{ section: "Stats", key: "Rate" }];

test("nothing is undone before the player has seen the lines and agreed", async () => {
  const undone: string[] = [];
  const { games, dialog } = await shown({
    gameSetupUndo: (path, seen) => {
      undone.push(`${path} ${seen}`);
      return Promise.resolve({ status: "ok", data: { path, how: "restored", left: [] } });
    },
  });
  expect(dialog.getByText(/"timeout" "5.0"/)).toBeInTheDocument();
  expect(undone).toEqual([]);
  await fireEvent.click(dialog.getByRole("button", { name: "Undo it" }));
  expect(undone).toEqual(["a.cfg after"]);
  expect(games.plannedUndo).toBeNull();
});

test("a key that somebody has set since is named before and after, and not called put back", async () => {
  const { dialog } = await shown({
    gameSetupUndoPreview: (path) =>
      Promise.resolve({
        status: "ok",
        data: { undoes: { path, how: "nothing", left: LEFT }, lines: [], seen: "now" },
      }),
  });
  expect(dialog.getByText(/\[Stats\] Rate/)).toBeInTheDocument();
  const undone = { path: "a.ini", how: "nothing", left: LEFT } as const;
  const said = outcomeInWords({ is: "undone", undone: { ...undone, left: LEFT } });
  expect(said).toContain("[Stats] Rate");
  expect(said).not.toContain("as before");
});

test("a file that is somebody else's by now is said with what can be done", () => {
  const problem = { code: "changed_since", detail: "a.cfg" } as const;
  expect(problemInWords({ ...problem, undoing: true }).todo).toContain("delete it yourself");
  expect(problemInWords(problem).todo).toContain("Look at it again");
  expect(problemInWords({ ...problem, partly: true }).data).toContain("other files are written");
});

async function shown(changes: Partial<GamesIpc>) {
  // jsdom has no dialogs that open.
  HTMLDialogElement.prototype.showModal = function (this: HTMLDialogElement) {
    this.open = true;
  };
  const games = new Games({ ...gamesOf(true), ...changes });
  await games.planUndo("cs2", "a.cfg");
  if (games.plannedUndo === null) throw new Error("nothing is planned");
  render(UndoDialog, { props: { games, planned: games.plannedUndo } });
  return { games, dialog: within(screen.getByRole("dialog")) };
}
