import { expect, test } from "vitest";
import { createTickCounter, startPulse, watchHeartbeat, type Beat } from "./worker-heartbeat.ts";

const LIMITS = { tick_ms: 10, silent_ticks: 3 };

/** Ticks at these times and returns the times at which the limit was reached. */
function tickAt(times: readonly number[], beatBefore: (time: number) => boolean = () => false): number[] {
  const counter = createTickCounter(LIMITS, 0);
  return times.filter((time) => {
    if (beatBefore(time)) counter.beat();
    return counter.tick(time);
  });
}

test("the limit is reached after `silent_ticks` ticks without a beat, and again after every further `silent_ticks` ticks", () => {
  expect(tickAt([10, 20, 30, 40, 50, 60, 70])).toEqual([30, 60]);
});

test("a beat resets the count of ticks", () => {
  expect(tickAt([10, 20, 30, 40, 50, 60], (time) => time === 30)).toEqual([50]);
  expect(tickAt([10, 20, 30, 40, 50, 60], (time) => time % 20 === 0)).toEqual([]);
});

test("the count of ticks is reset if the watcher itself was stopped, asleep or busy", () => {
  expect(tickAt([10, 20, 60_000, 60_010, 60_020])).toEqual([]);
  expect(tickAt([10, 20, 60_000, 60_010, 60_020, 60_030])).toEqual([60_030]);
});

test("onSilent receives the jobs of the last beat", async () => {
  const pulse = startPulse();
  const silent = await new Promise<readonly string[]>((resolve) => {
    const watch = watchHeartbeat({ tick_ms: 5, silent_ticks: 2 }, (jobs) => {
      watch.stop();
      resolve(jobs);
    });
    const stop = pulse.onBeat((beat: Beat) => {
      watch.beat(beat);
    });
    pulse.report(["import 17"]);
    stop();
    pulse.report(["import 18"]);
  });
  expect(silent).toEqual(["import 17"]);
});
