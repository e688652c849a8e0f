// Lets only one command at a time set up this folder, because two runs of npm ci in one folder damage each other. Node cannot lock files,
// and process ids are unreliable (they are reused, and each container has its own). So the lock is a file that the running program touches
// each second (beat.mjs). If the program is killed, the file is no longer touched, and the lock counts as free.
// Plain JavaScript for the reason given in bootstrap.mjs.
import { randomUUID } from "node:crypto";
import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL, URL } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const LOCK = join(ROOT, ".setup.lock");
const BEAT = pathToFileURL(join(ROOT, "scripts/beat.mjs")).href;
// A lock that has not been touched for this long is free. A busy program, or one that starts on a slow machine, may not touch its lock
// for some seconds.
const SILENT_MS = 10_000;
const POLL_MS = 250;
// Pause after a process has written its id into a free lock. No process needs longer between finding the lock free and writing its id.
const SETTLE_MS = 500;

/**
 * Runs `work` unless `isDone` returns true. In each folder of Skuport, only one process at a time runs `work`. `work` starts a program and
 * must pass to it the environment variables that it receives. With these variables, the program holds the lock while it runs, even if this
 * process is killed first. Calls `onWait` once if another process holds the lock.
 */
export function oneAtATime(isDone, work, { onWait }) {
  const me = randomUUID();
  // Fischer's algorithm: each process that finds the lock free writes its id into the lock file and pauses. The process whose id is still
  // in the file after the pause has the lock.
  while (readLock() !== me) {
    if (lastBeat() !== undefined) {
      onWait?.();
      onWait = undefined;
      waitForSilence(isDone);
    }
    if (isDone()) return;
    // Replace the file instead of writing to it, because it may belong to another user.
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

/** Waits until the lock is free: its file is removed, or has kept the same time stamp for SILENT_MS. Does not compare the time stamp with
 * the system clock, because that clock jumps when a computer wakes up. */
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
