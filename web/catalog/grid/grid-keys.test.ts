import { expect, test } from "vitest";
import { actionOf } from "./grid-keys.ts";

const NONE = { shiftKey: false, ctrlKey: false, metaKey: false, altKey: false };

test.each([
  [{ key: "j" }, { do: "move", rows: 1, columns: 0, select: false }],
  [
    { key: "K", shiftKey: true },
    { do: "move", rows: -1, columns: 0, select: true },
  ],
  [{ key: "ArrowRight" }, { do: "move", rows: 0, columns: 1, select: false }],
  [{ key: "x" }, { do: "select" }],
  [{ key: "F2" }, { do: "edit" }],
  [
    { key: "End", ctrlKey: true },
    { do: "edge", row: "last", column: "last" },
  ],
  [{ key: "a", metaKey: true }, { do: "select_all" }],
  [{ key: "c", ctrlKey: true }, undefined],
  [{ key: "j", altKey: true }, undefined],
  [{ key: "q" }, undefined],
])("%j means %j", (key, action) => {
  expect(actionOf({ ...NONE, ...key })).toEqual(action);
});
