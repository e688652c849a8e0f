// The log: JSON lines where a program reads it, plain lines on a terminal. Always on stderr: stdout is the commands' own.
import { pino, type Logger } from "pino";
import { PinoPretty } from "pino-pretty";
import type { Config } from "../config.ts";

export function createLog(config: Pick<Config, "log_level">, name: string): Logger {
  const options = { level: config.log_level, base: { name }, timestamp: pino.stdTimeFunctions.isoTime };
  if (!process.stderr.isTTY) return pino(options, pino.destination({ dest: 2, sync: true }));
  const pretty = PinoPretty({ destination: 2, sync: true, ignore: "pid,hostname,name", translateTime: "SYS:HH:MM:ss" });
  return pino(options, pretty);
}
