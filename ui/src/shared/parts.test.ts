import { render, screen } from "@testing-library/svelte";
import { expect, test } from "vitest";

import { MARKS } from "../lib/mark";
import { UPLOAD_MARKS } from "../lib/upload_state";
import Mark from "./Mark.svelte";
import TenDots from "./TenDots.svelte";
import UploadMark from "./UploadMark.svelte";

test.each([
  [8, 10, 8, 10],
  [0, 10, 0, 10],
  [11, 10, 11, 11],
  [40, 64, 12, 12],
])("seen by %d of %d fills %d of %d dots, and says the number", (seen, expected, full, dots) => {
  const { container } = render(TenDots, { seen, expected });
  expect(container.querySelectorAll("circle")).toHaveLength(dots);
  expect(container.querySelectorAll(".filled")).toHaveLength(full);
  expect(container).toHaveTextContent(String(seen));
  const words = `seen by ${String(seen)} of ${String(expected)} players`;
  expect(screen.getByRole("img", { name: words })).toBeInTheDocument();
});

test("no two marks have the same shape", () => {
  const shapes = MARKS.map((mark) => shapeOf(render(Mark, { mark }).container));
  expect(new Set(shapes).size).toBe(MARKS.length);
});

test("no two states of the upload have the same shape", () => {
  const shapes = UPLOAD_MARKS.map((mark) => shapeOf(render(UploadMark, { mark }).container));
  expect(new Set(shapes).size).toBe(UPLOAD_MARKS.length);
});

/** What is drawn, without its colour. */
function shapeOf(container: HTMLElement): string {
  const outline = container.querySelector("svg")?.classList.contains("outlined") ?? false;
  return `${container.querySelector("svg")?.innerHTML ?? ""} ${outline ? "outline" : "filled"}`;
}
