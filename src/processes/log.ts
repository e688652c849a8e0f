// The log: JSON lines, or plain lines on a terminal. Always on stderr, because stdout belongs to the commands' output.
import { isatty } from "node:tty";
import { pino, type DestinationStream, type Logger } from "pino";
import { PinoPretty } from "pino-pretty";
import type { Config } from "../config.ts";
import { isTransient } from "../db/connection/connect.ts";
import { escapeJsonControls } from "../terminal.ts";

export function createLog(config: Pick<Config, "log_level">, name: string): Logger {
  const options = {
    level: config.log_level,
    base: { name },
    timestamp: pino.stdTimeFunctions.isoTime,
    serializers: { err: describeError },
  };
  const destination = pino.destination({ dest: 2, sync: true });
  // If the terminal is closed, or the program that reads stderr exits, work continues without a log.
  destination.on("error", () => undefined);
  // Do not use `process.stderr.isTTY`: in a thread, stderr is a pipe to the main thread.
  if (!isatty(2)) return pino(options, destination);
  const pretty = PinoPretty({ destination, ignore: "pid,hostname,name", translateTime: "SYS:HH:MM:ss" });
  return pino(options, guardPretty(pretty));
}

/** Escapes control characters, so that a file name or an error message cannot control the terminal: pino-pretty decodes JSON and writes
 * the characters unmodified. */
export const guardPretty = (pretty: Pick<NodeJS.WritableStream, "write">): DestinationStream => ({
  write(line: string) {
    pretty.write(escapeJsonControls(line));
  },
});

/** Returns what to log about an error. Omits the stack of a transient database error: an outage breaks dozens of connections at the same
 * time, and the stacks only show the driver. Includes the stack and causes of any other error. */
export function describeError(error: unknown): unknown {
  if (!(error instanceof Error) || !isTransient(error)) return pino.stdSerializers.err(error as Error);
  return { type: error.name, message: error.message, code: (error as NodeJS.ErrnoException).code };
}
