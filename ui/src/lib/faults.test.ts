import { expect, test } from "vitest";

import { keepFaults } from "./faults";

test("every fault is kept, one a line", () => {
  const root = document.createElement("html");
  keepFaults(window, root);
  window.dispatchEvent(new ErrorEvent("error", { message: "x is not a function" }));
  const rejection = Object.assign(new Event("unhandledrejection"), { reason: new Error("no") });
  window.dispatchEvent(rejection);
  expect(root.dataset["faults"]).toBe("x is not a function\nError: no");
});
