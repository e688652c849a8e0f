// Loaded with `--import` into the program that installs the dependencies or builds the page. While that program runs, this module touches
// the lock file of one-at-a-time.mjs every second.
import { readFileSync, rmSync, utimesSync } from "node:fs";
import { fileURLToPath, URL } from "node:url";
import { isMainThread } from "node:worker_threads";

const lock = fileURLToPath(new URL("../.setup.lock", import.meta.url));
const owner = process.env.SETUP_LOCK_OWNER;
// Child processes of this program must not renew the lock.
if (isMainThread) delete process.env.SETUP_LOCK_OWNER;

if (isMainThread && owner !== undefined) {
  setInterval(() => ifOurs(() => utimesSync(lock, new Date(), new Date())), 1000).unref();
  // Removes the lock after Ctrl-C, so that the next command need not wait until it expires.
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
    // The process that started this program has already removed the lock.
  }
}
