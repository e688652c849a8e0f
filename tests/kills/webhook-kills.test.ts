// Kills workers while they deliver webhook events. `npm run bench -- webhooks` does the same with 100,000 events.
import { expect, test } from "vitest";
import { deliverMany } from "../../bench/webhooks/deliveries.ts";

const TIMEOUT_MS = 300_000;

test(
  "if workers are killed one after another, every event is delivered and logged, and duplicates only occur around a kill",
  async () => {
    const { faults, kills } = await deliverMany(5000, 500, 3);
    expect(faults).toEqual([]);
    expect(kills).toBeGreaterThan(0);
  },
  TIMEOUT_MS,
);
