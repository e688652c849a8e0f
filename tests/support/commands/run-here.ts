// Runs a command of the command line in this process, which takes a tenth of the processor time of a new process. Tests of signals, of closed
// pipes and of the end of a process start a process instead.
import { PassThrough, Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { createIo, type ProcessParts } from "../../../src/commands/command-io.ts";
import { loadConfig } from "../../../src/config.ts";
import { runCommand } from "../../../src/commands/run-command.ts";

export interface RanHere {
  code: number;
  out: Buffer;
  err: string;
}

export interface RunHereOptions {
  env: Readonly<Record<string, string | undefined>>;
  /** Absolute path of the working folder, for the file `.env` and the data folder. Paths among the arguments must be absolute. */
  cwd: string;
  /** Standard input. */
  input?: string;
}

export async function runHere(args: string[], { env, cwd, input = "" }: RunHereOptions): Promise<RanHere> {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const output = Promise.all([buffer(stdout), buffer(stderr)]);
  const readConfig: ProcessParts["readConfig"] = (given, folder) => Promise.resolve(loadConfig(given, folder));
  const { signal } = new AbortController();
  const io = createIo({
    openStdin: () => Readable.from([Buffer.from(input)]),
    stdout,
    stderr,
    signal,
    env,
    readConfig,
    cwd,
  });
  const code = await runCommand(args, io);
  stdout.end();
  stderr.end();
  const [out, err] = await output;
  return { code, out, err: err.toString() };
}
