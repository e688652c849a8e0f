// Kills processes at random moments of imports. `npm run bench -- kills 200` runs more kills, with larger files.
import { expect, test } from "vitest";
import { killImports } from "../../bench/faults/kills.ts";

const KILLS = 6;
/** The generated files have more bytes than one chunk. */
const FILE = { rows: 3500, padding: " More about the product.".repeat(50) };
const TIMEOUT_MS = 600_000;

test(
  "imports continue after a worker, the server or PostgreSQL is killed, and end with the same counts and tables as an undisturbed import",
  async () => {
    const { kills, faults } = await killImports(KILLS, FILE, () => undefined);
    expect(faults).toEqual([]);
    expect(kills).toEqual({ worker: 2, server: 2, postgres: 2 });
  },
  TIMEOUT_MS,
);
