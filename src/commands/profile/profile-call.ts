// The options of all subcommands of `skuport profile`.
import { readArgs, UsageError, type Io } from "../command.ts";
import { NO_SERVER, type Server } from "../server/find-server.ts";

const OPTIONS = {
  url: { type: "string" },
  "data-dir": { type: "string" },
  json: { type: "boolean" },
  confirm: { type: "boolean" },
} as const;

export const readProfileArgs = (args: string[]) => readArgs({ args, options: OPTIONS, allowPositionals: true });

/** The arguments and options of a subcommand, and the server if there is one. */
export interface ProfileCall {
  args: string[];
  options: ReturnType<typeof readProfileArgs>["values"];
  server: Server | undefined;
  io: Io;
}

export function needServer({ server }: ProfileCall): Server {
  if (server === undefined) throw new UsageError(NO_SERVER);
  return server;
}

/** Returns the argument of a subcommand that takes exactly one. @throws UsageError if there are none or several */
export function oneArgument({ args: [argument, ...more] }: ProfileCall, usage: string): string {
  if (argument === undefined || more.length > 0) throw new UsageError(`Usage: skuport profile ${usage}`);
  return argument;
}
