// Loaded into the program that sets up a clone: holds the lock of one-at-a-time.mjs while that program lives.
import { readFileSync, rmSync, utimesSync } from "node:fs";
import { fileURLToPath, URL } from "node:url";
import { isMainThread } from "node:worker_threads";

const lock = fileURLToPath(new URL("../.setup.lock", import.meta.url));
const owner = process.env.SETUP_LOCK_OWNER;
// What this program runs in its turn does not hold the lock.
if (isMainThread) delete process.env.SETUP_LOCK_OWNER;

if (isMainThread && owner !== undefined) {
  setInterval(() => ifOurs(() => utimesSync(lock, new Date(), new Date())), 1000).unref();
  // After Ctrl-C the next command need not wait for silence.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    process.once(signal, () => {
      ifOurs(() => rmSync(lock));
      process.kill(process.pid, signal);
    });
  }
}

function ifOurs(act) {
  try {
    if (readFileSync(lock, "utf8") === owner) act();
  } catch {
    // Gone: whoever started this program has let go of it.
  }
}
