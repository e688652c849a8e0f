// The log: JSON lines where a program reads it, plain lines on a terminal. Always on stderr: stdout is the commands' own.
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
  // The terminal or the reader of our stderr has closed: the log has no reader left, and the work continues.
  destination.on("error", () => undefined);
  // Not `process.stderr.isTTY`: in a thread that is a pipe to the main loop.
  if (!isatty(2)) return pino(options, destination);
  const pretty = PinoPretty({ destination, ignore: "pid,hostname,name", translateTime: "SYS:HH:MM:ss" });
  return pino(options, guardPretty(pretty));
}

/** pino-pretty decodes the JSON it is given: a file's name or an error's text must not steer the terminal. */
export const guardPretty = (pretty: Pick<NodeJS.WritableStream, "write">): DestinationStream => ({
  write(line: string) {
    pretty.write(escapeJsonControls(line));
  },
});

/** A database that is away for a moment breaks dozens of connections at once, and their stacks lead into the driver: the
 * message is all there is to know. Any other error comes with its stack and causes. */
export function describeError(error: unknown): unknown {
  if (!(error instanceof Error) || !isTransient(error)) return pino.stdSerializers.err(error as Error);
  return { type: error.name, message: error.message, code: (error as NodeJS.ErrnoException).code };
}
