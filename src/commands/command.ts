// What a command is, and how its arguments are read.
import { parseArgs, type ParseArgsConfig } from "node:util";
import type { Config } from "../config.ts";

export interface Io {
  stdin: NodeJS.ReadStream;
  stdout: NodeJS.WriteStream;
  stderr: NodeJS.WriteStream;
  /** Aborts on the first Ctrl-C or SIGTERM. */
  signal: AbortSignal;
  /** The environment as it is, for a child process; settings are read by `loadConfig`. */
  env: Readonly<Record<string, string | undefined>>;
  /** The settings, read when a command first asks for them; `settings` win over the environment. */
  loadConfig(settings?: Record<string, string>): Promise<Config>;
}

export interface Command {
  name: string;
  /** One line for the list of commands. */
  summary: string;
  /** All of `--help`. */
  help: string;
  /** Exit code: 0 done, 1 failed or cancelled, 2 wrong use. */
  run(args: string[], io: Io): Promise<number>;
}

/** Wrong use of the command line; the message says what to write instead. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** `parseArgs`, with faults as UsageError. */
export function readArgs<const T extends ParseArgsConfig>(config: T): ReturnType<typeof parseArgs<T>> {
  try {
    return parseArgs(config);
  } catch (error) {
    // Its first sentence says it; the next is about words that begin with a dash, and is no help to who mistyped an option.
    if ((error as { code?: string }).code?.startsWith("ERR_PARSE_ARGS"))
      throw new UsageError((error as Error).message.replace(/\. .*$/s, "."));
    throw error;
  }
}
