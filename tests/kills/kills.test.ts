// A dozen kills at random moments; `npm run bench -- kills 200` does more of them, on larger files.
import { expect, test } from "vitest";
import { killImports } from "../../bench/faults/kills.ts";

const TIMEOUT_MS = 600_000;

test(
  "imports go on after worker, server or PostgreSQL were killed, and come to the same counts and tables",
  async () => {
    const { kills, faults } = await killImports(12, 20_000, () => undefined);
    expect(faults).toEqual([]);
    expect(kills.worker + kills.server + kills.postgres).toBe(12);
  },
  TIMEOUT_MS,
);
