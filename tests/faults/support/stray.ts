// A process with two unhandled errors: a rejected promise, then an exception from a callback. The argument is `server` or `worker`.
import { createLog } from "../../../src/processes/log.ts";
import { logStrayErrors } from "../../../src/processes/stray-errors.ts";

logStrayErrors(createLog({ log_level: "info" }, "test"), process.argv[2] as "server" | "worker");
void Promise.reject(new Error("stray rejection", { cause: new Error("its cause") }));
setImmediate(() => {
  setTimeout(() => process.stdout.write("still here\n"), 10); // injected delay: write after both errors
  throw new Error("stray exception");
});
