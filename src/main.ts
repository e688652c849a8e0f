// The entry point: runs the command, handles signals and sets the exit code.
import { enableCompileCache } from "node:module";
import { createIo } from "./commands/command-io.ts";
import { runCommand } from "./commands/run-command.ts";
import { guardTerminal } from "./terminal.ts";

// Stores the compiled code on disk, so that the next start need not remove the types and compile the code again.
enableCompileCache();

const stop = new AbortController();

// SIGHUP: the terminal was closed.
for (const [signal, code] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
  ["SIGHUP", 129],
] as const) {
  process.on(signal, () => {
    // A second Ctrl-C exits immediately. A second SIGHUP does not: the kernel and the shell may each send one when the terminal closes.
    if (stop.signal.aborted && signal !== "SIGHUP") process.exit(code);
    stop.abort();
  });
}
for (const stream of [process.stdout, process.stderr]) {
  guardTerminal(stream);
  // Ignore these errors: the program that reads our output has exited (as with `| head`), or the terminal was closed. The command still
  // finishes its work.
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE" && error.code !== "EIO") throw error;
  });
}
const io = createIo({
  openStdin: () => process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  signal: stop.signal,
  env: process.env,
  readConfig: async (env, cwd) => (await import("./config.ts")).loadConfig(env, cwd),
  cwd: process.cwd(),
});
process.exitCode = await runCommand(process.argv.slice(2), io);
if (process.stdout.writableLength > 0 && !process.stdout.destroyed) {
  const { drainOutput } = await import("./drain-output.ts");
  const lost = await drainOutput(process.stdout, stop.signal);
  if (lost > 0) {
    process.stderr.write(
      `The program that reads the output has stopped reading. The last ${lost} bytes were not written.\n`,
    );
    process.exitCode = 1;
  }
}
// Exit explicitly, because pg-boss and other libraries may leave timers running. The command has closed its own resources.
process.exit();
