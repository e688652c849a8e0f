// Commands with subcommands, such as `skuport webhooks list`.
import { UsageError } from "./command.ts";

/** Returns the subcommand with this name. @throws UsageError with the names of all subcommands if there is none */
export function pickSubcommand<T>(subcommands: Readonly<Record<string, T>>, name: string): T {
  const subcommand = Object.hasOwn(subcommands, name) ? subcommands[name] : undefined;
  if (subcommand !== undefined) return subcommand;
  const fault = name === "" ? "Give a subcommand" : `Unknown subcommand "${name}". Subcommands`;
  throw new UsageError(`${fault}: ${Object.keys(subcommands).join(", ")}.`);
}
