import { expect, test } from "vitest";

import { Look } from "./look";

test.each([
  [[], "dark"],
  [["light"], "light"],
  [["light", "more"], "contrast"],
  [["more"], "contrast"],
])("a system that prefers %j gets %s", (prefers, theme) => {
  expect(wearing(system(prefers)).theme()).toBe(theme);
});

test("a change of the system is followed, until the player chooses", () => {
  const follows = system([]);
  const { look, theme } = wearing(follows);
  follows.prefer(["light"]);
  expect(theme()).toBe("light");
  look.choose("contrast");
  follows.prefer([]);
  expect(theme()).toBe("contrast");
  look.choose(null);
  expect(theme()).toBe("dark");
});

function wearing(page: System) {
  const root = document.createElement("div");
  return { look: new Look(page, root), theme: () => root.dataset["theme"] };
}

interface System extends Pick<Window, "matchMedia"> {
  prefer(what: readonly string[]): void;
}

/** A system with these preferences, as far as the page asks for them. */
function system(first: readonly string[]): System {
  let prefers = first;
  const told: (() => void)[] = [];
  const matchMedia = (query: string) => ({
    get matches() {
      return prefers.some((one) => query.includes(one));
    },
    addEventListener: (_: string, tell: () => void) => told.push(tell),
  });
  return {
    matchMedia: matchMedia as unknown as Window["matchMedia"],
    prefer(what) {
      prefers = what;
      for (const tell of told) tell();
    },
  };
}
