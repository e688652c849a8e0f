// One command at a time sets up this clone: two runs of npm ci in one folder break each other. Plain JavaScript, see bootstrap.mjs.
// Node can lock no file, and a process id says little (it is used again, and a container counts its own). So the lock is a
// file that the program at work touches each second (beat.mjs). One that falls silent, as after a kill, is free.
import { randomUUID } from "node:crypto";
import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL, URL } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const LOCK = join(ROOT, ".setup.lock");
const BEAT = pathToFileURL(join(ROOT, "scripts/beat.mjs")).href;
// A program that is busy or starting on a slow machine may miss some seconds.
const SILENT_MS = 10_000;
const POLL_MS = 250;
// Longer than any process takes between finding the lock free and writing its name into it.
const SETTLE_MS = 500;

/**
 * Runs `work`, unless it `isDone`, while no other process of this clone does. `work` gets variables of the environment for the
 * program that it runs: the lock is held while that program lives, also when we are killed before it ends. `onWait` is called
 * once if others are at work.
 */
export function oneAtATime(isDone, work, { onWait }) {
  const me = randomUUID();
  // Fischer's algorithm: who still finds his name after a while has the lock, of however many that found it free.
  while (readLock() !== me) {
    if (lastBeat() !== undefined) {
      onWait?.();
      onWait = undefined;
      waitForSilence(isDone);
    }
    if (isDone()) return;
    // Replaced, not written to: it may be left from another user.
    writeFileSync(`${LOCK}.${me}`, me);
    renameSync(`${LOCK}.${me}`, LOCK);
    sleep(SETTLE_MS);
  }
  try {
    if (isDone()) return;
    work({ SETUP_LOCK_OWNER: me, NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ""} --import=${BEAT}`.trim() });
  } finally {
    if (readLock() === me) rmSync(LOCK, { force: true });
  }
}

/** Until nobody holds the lock. Watches for changes instead of asking the clock, which jumps when a computer wakes up. */
function waitForSilence(isDone) {
  let seen = lastBeat();
  for (let since = performance.now(); seen !== undefined && performance.now() - since < SILENT_MS && !isDone();) {
    sleep(POLL_MS);
    const now = lastBeat();
    if (now !== seen) since = performance.now();
    seen = now;
  }
}

function lastBeat() {
  return statSync(LOCK, { throwIfNoEntry: false })?.mtimeMs;
}

function readLock() {
  try {
    return readFileSync(LOCK, "utf8");
  } catch {
    return undefined;
  }
}

function sleep(ms) {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
