import { expect, test } from "vitest";
import { progressText, stageOf, stagesOf } from "./stages.ts";

const loading = {
  state: "loading" as const,
  size: 2_000_000,
  received: 2_000_000,
  scanned: 2_000_000,
  rows: 20_000,
  created: 5_000,
  updated: 0,
  unchanged: 0,
  deleted: 0,
  adds: 0,
  superseded: 10,
  rejected: 1,
  ignored: 1,
  cancel_requested: false,
  elapsed_ms: { scan: 100, load: 2_000, total: 2_100 },
};

test("the text of each stage shows how much of it is done", () => {
  expect(progressText(loading)).toBe("5,012 of 20,000 rows");
  expect(progressText({ ...loading, state: "receiving", received: 500_000 })).toBe("500 kB of 2 MB received");
  expect(progressText({ ...loading, state: "receiving", received: 500_000, size: null })).toBe("500 kB received");
  expect(progressText({ ...loading, state: "scanning", scanned: 1_000_000, rows: 9_000 })).toBe(
    "1 MB of 2 MB read, 9,000 rows found",
  );
  expect(progressText({ ...loading, state: "done" })).toBe("Finished in 2.1 s");
});

test("once a cancel is requested, the text of the stage is replaced", () => {
  expect(progressText({ ...loading, cancel_requested: true })).toBe("Stopping after the current batch of rows");
});

test("the stages are in the order of the states", () => {
  const order = (["receiving", "scanning", "ready", "loading", "finishing", "done"] as const).map(stageOf);
  expect(order).toEqual(order.toSorted((a, b) => a - b));
});

test("each ended stage shows how long it took; later stages show no time", () => {
  const stages = stagesOf({
    ...loading,
    created_at: "2026-05-01T10:00:00Z",
    started_at: "2026-05-01T10:00:03Z",
  });
  expect(stages.map(({ state, took }) => [state, took])).toEqual([
    ["done", "3 s"],
    ["done", "0.1 s"],
    ["current", "2 s"],
    ["ahead", undefined],
  ]);
});
