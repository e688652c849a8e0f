import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { PassThrough, Writable } from "node:stream";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { drainOutput } from "./drain-output.ts";

const never = new AbortController().signal;
const stuck = (): Writable => new Writable({ write: () => undefined });

describe("drainOutput", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test("drainOutput waits even if the buffer was never full and the stream therefore emits no drain event", async () => {
    const callbacks: (() => void)[] = [];
    const stream = new Writable({ write: (_chunk, _encoding, done) => callbacks.push(done) });
    stream.write("x");
    const drained = drainOutput(stream, never);
    callbacks.shift()?.();
    callbacks.shift()?.();
    expect(await drained).toBe(0);
  });

  test("drainOutput does not wait for a reader that has closed", async () => {
    const stream = new PassThrough();
    stream.on("error", () => undefined);
    stream.destroy();
    expect(await drainOutput(stream, never)).toBe(0);
  });

  test("drainOutput stops waiting when the signal aborts", async () => {
    const stream = stuck();
    stream.write("x");
    const stop = new AbortController();
    const drained = drainOutput(stream, stop.signal);
    stop.abort();
    expect(await drained).toBe(0);
  });

  test("drainOutput stops waiting for a reader that accepts nothing for ten minutes, and returns the number of lost bytes", async () => {
    const stream = stuck();
    stream.write("12345");
    const drained = drainOutput(stream, never);
    vi.advanceTimersByTime(599_000);
    expect(await Promise.race([drained, Promise.resolve("waiting")])).toBe("waiting");
    vi.advanceTimersByTime(1000);
    expect(await drained).toBe(5);
  });
});

test("a command ends if the reader of its output closes after the first bytes", async () => {
  const child = spawn(process.execPath, [join(import.meta.dirname, "./main.ts"), "openapi"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(child.stdout, "data");
  child.stdout.destroy();
  expect(await once(child, "exit")).toEqual([0, null]);
});

test("a command whose output is not read ends at the first signal", async () => {
  const child = spawn(process.execPath, [join(import.meta.dirname, "./main.ts"), "openapi"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(child.stdout, "readable");
  child.kill("SIGTERM");
  await once(child, "exit");
  child.stdout.destroy();
});
