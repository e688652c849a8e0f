// Test workers load this module with `--import`. Signals then make the worker's main loop or its delivery thread hang, or its heap grow.
import { closeSync, openSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BroadcastChannel, isMainThread } from "node:worker_threads";

const channel = new BroadcastChannel("hang");
channel.unref();
if (isMainThread) {
  process.on("SIGUSR2", hang);
  process.on("SIGWINCH", () => channel.postMessage("hang"));
  process.on("SIGIO", leak);
} else {
  channel.onmessage = hang;
}
// The test waits until this file exists. Then the signal handlers are installed, and the test can send signals.
writeFileSync(join(process.env.SKUPORT_DATA_DIR, `${process.pid}-${isMainThread ? "main" : "thread"}`), "");

/** Blocks the thread forever, without using the processor. */
function hang() {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

function leak() {
  // V8 reports the fatal error to file descriptor 2, which is the terminal of the tests. Open another file as descriptor 2 instead.
  closeSync(2);
  openSync("/dev/null", "w");
  const kept = [];
  for (;;) kept.push(new Array(100_000).fill(kept.length));
}
