// The interface of a command, and the parsing of its arguments.
import type { Readable, Writable } from "node:stream";
import { parseArgs, type ParseArgsConfig } from "node:util";
import type { z } from "zod";
import type { Config } from "../config.ts";

export interface RemoteSettings {
  /** Absolute path of the data folder. */
  data_dir: string;
  api_key: string | undefined;
}

/** Standard input. */
export type InputStream = Readable & Partial<Pick<NodeJS.ReadStream, "isTTY" | "setRawMode">>;
/** Standard output or error. */
export type OutputStream = Writable & Partial<Pick<NodeJS.WriteStream, "isTTY" | "columns">>;

export interface Io {
  stdin: InputStream;
  stdout: OutputStream;
  stderr: OutputStream;
  /** Aborts on the first Ctrl-C or SIGTERM. */
  signal: AbortSignal;
  /** The unmodified environment, for child processes. Read settings with `loadConfig`. */
  env: Readonly<Record<string, string | undefined>>;
  /** Reads the configuration. The values in `settings` take precedence over the environment. */
  loadConfig(settings?: Record<string, string>): Promise<Config>;
  /** Reads only what a remote command needs. Does not validate the settings, because that would take as long as the rest of the command. */
  readRemoteSettings(settings?: Record<string, string>): Promise<RemoteSettings>;
}

export interface Command {
  name: string;
  /** Description of the command in the list of commands, in one line. */
  summary: string;
  /** The output of `--help`. */
  help: string;
  /** @returns the exit code: 0 done, 1 failed or cancelled, 2 usage error, 3 nothing was done because the user must decide something first
   * */
  run(args: string[], io: Io): Promise<number>;
}

/** An invalid command line. The message contains the correct form. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** Makes the error for options that a schema of the contract rejects. The schema's properties are named like the options, with `_`
 * instead of `-`. */
export function optionError(issues: readonly z.core.$ZodIssue[]): UsageError {
  const lines = issues.map((issue) => {
    let fault = issue.message;
    if (issue.code === "invalid_value") fault = `write one of ${issue.values.join(", ")}.`;
    if (issue.code === "invalid_type" && issue.expected === "number") fault = "write a number.";
    if (issue.code === "invalid_format" && issue.format === "datetime")
      fault = "write a time such as 2026-01-31T00:00:00Z.";
    return `--${issue.path.join(".").replaceAll("_", "-")}: ${fault}`;
  });
  return new UsageError(lines.join("\n"));
}

/** Calls `parseArgs`, and throws its errors as UsageError. */
export function readArgs<const T extends ParseArgsConfig>(config: T): ReturnType<typeof parseArgs<T>> {
  try {
    return parseArgs(config);
  } catch (error) {
    // Use only the first sentence of Node.js's message. The second sentence explains arguments that begin with a dash, which does not help
    // if an option is mistyped.
    if ((error as { code?: string }).code?.startsWith("ERR_PARSE_ARGS"))
      throw new UsageError((error as Error).message.replace(/\. .*$/s, "."));
    throw error;
  }
}
