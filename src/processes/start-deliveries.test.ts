import { pino } from "pino";
import { expect, inject, test } from "vitest";
import { loadConfig } from "../config.ts";
import { deliverInThread } from "./start-deliveries.ts";
import { startPulse } from "./worker-heartbeat.ts";

test("a thread that ends with an error is restarted, and the worker continues", async () => {
  const stop = new AbortController();
  const config = loadConfig({ SKUPORT_LOG_LEVEL: "silent" }, import.meta.dirname);
  // The database does not exist, so each thread ends with an error at once.
  const address = { ...inject("postgres"), database: "missing" };
  const failures: string[] = [];
  const log = pino({ level: "error" }, { write: (line) => failures.push(line) });
  const running = deliverInThread(
    { config, address },
    { env: process.env, log, signal: stop.signal, pulse: startPulse() },
  );
  const restarted = expect.poll(() => failures.length).toBeGreaterThan(1);
  // `running` resolves or rejects if the worker ends. The race then fails this test without waiting for the second failure.
  expect(await Promise.race([running.then(() => "ended"), restarted.then(() => "restarted")])).toBe("restarted");
  stop.abort();
  await running;
  for (const line of failures) expect(line).toContain("webhook delivery thread failed; restarting the thread");
});
