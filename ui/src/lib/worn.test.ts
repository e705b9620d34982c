import { expect, test } from "vitest";

import type { Look as LookChosen } from "../generated/bindings";
import { language } from "./language.svelte";
import { Look } from "./look";
import { AS_THE_SYSTEM, dress, worn } from "./worn.svelte";

test("what the shell says is worn, and worn anew when it changes", async () => {
  const root = document.createElement("div");
  let tell: (chosen: LookChosen) => void = () => undefined;
  const ipc = {
    watchLook: (_: string, told: (chosen: LookChosen) => void) => {
      tell = told;
      return Promise.resolve();
    },
  };
  const look = new Look(system(), root);
  await worn.follow(ipc, (chosen) => {
    dress(look, chosen);
  });
  tell({ language: "de", theme: "light", palette: "safe", size: 150 });
  expect(root.dataset).toMatchObject({ theme: "light", palette: "safe" });
  expect(root.style.getPropertyValue("--ui-scale")).toBe("1.5");
  expect(language.current).toBe("de");
  tell(AS_THE_SYSTEM);
  expect(root.dataset).toMatchObject({ theme: "dark", palette: "usual" });
  expect(language.current).toBe(language.systems);
});

test("the shell is told which language the system wants", async () => {
  const heard: string[] = [];
  const ipc = {
    watchLook: (systems: string) => {
      heard.push(systems);
      return Promise.resolve();
    },
  };
  await worn.follow(ipc, () => undefined);
  expect(heard).toEqual([language.systems]);
});

test("without a shell the page looks as the system has it", async () => {
  const ipc = { watchLook: () => Promise.reject(new Error("no shell")) };
  const wear = () => expect.unreachable("nothing was told");
  await expect(worn.follow(ipc, wear)).resolves.toBeUndefined();
});

/** A system that prefers nothing. */
function system(): Pick<Window, "matchMedia"> {
  const matchMedia = () => ({ matches: false, addEventListener: () => undefined });
  return { matchMedia: matchMedia as unknown as Window["matchMedia"] };
}
