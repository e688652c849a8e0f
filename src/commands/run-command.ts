// Finds a command by its name, runs it, and prints its errors.
import type { Command, Io } from "./command.ts";

/** Each command is loaded only when it runs, so that its start does not wait for the imports of other commands. */
const COMMANDS: Record<string, () => Promise<Command>> = {
  serve: async () => (await import("./serve.ts")).serve,
  work: async () => (await import("./work.ts")).work,
  migrate: async () => (await import("./migrate.ts")).migrateCommand,
  import: async () => (await import("./import/import.ts")).importCommand,
  read: async () => (await import("./read/read.ts")).readCommand,
  undo: async () => (await import("./undo/undo.ts")).undo,
  export: async () => (await import("./export/export.ts")).exportCommand,
  profile: async () => (await import("./profile/profile.ts")).profileCommand,
  webhooks: async () => (await import("./webhooks/webhooks.ts")).webhooksCommand,
  backup: async () => (await import("./backup/backup.ts")).backupCommand,
  restore: async () => (await import("./backup/restore.ts")).restoreCommand,
  login: async () => (await import("./sign-in/login.ts")).login,
  logout: async () => (await import("./sign-in/logout.ts")).logout,
  users: async () => (await import("./users/users.ts")).usersCommand,
  keys: async () => (await import("./keys/keys.ts")).keysCommand,
  audit: async () => (await import("./audit.ts")).auditCommand,
  "rotate-key": async () => (await import("./rotate-key.ts")).rotateKey,
  openapi: async () => (await import("./openapi.ts")).openapi,
  health: async () => (await import("./health.ts")).health,
};

/**
 * Runs `skuport` with the arguments. Errors of the command are printed, not thrown.
 * @returns the exit code of the command, see `Command.run`
 */
export async function runCommand(argv: string[], io: Io): Promise<number> {
  const [name = "--help", ...args] = argv;
  if (name === "--help" || name === "-h" || name === "help") return help(args[0], io);
  if (name === "--version") {
    const { VERSION } = await import("../version.ts");
    io.stdout.write(`${VERSION}\n`);
    return 0;
  }
  const load = COMMANDS[name];
  if (load === undefined) {
    io.stderr.write(
      name.startsWith("-")
        ? `The command is missing. Write it before the options, for example: skuport serve ${argv.join(" ")}\nSee skuport --help.\n`
        : `Unknown command "${name}". Commands: ${Object.keys(COMMANDS).join(", ")}.\nSee skuport --help.\n`,
    );
    return 2;
  }
  if (args.includes("--help") || args.includes("-h")) return help(name, io);
  const command = await load();
  try {
    return await command.run(args, io);
  } catch (error) {
    return await explain(error, name, io);
  }
}

async function help(name: string | undefined, io: Io): Promise<number> {
  const load = name === undefined ? undefined : COMMANDS[name];
  if (load !== undefined) {
    io.stdout.write((await load()).help);
    return 0;
  }
  const commands = await Promise.all(Object.values(COMMANDS).map((loadOne) => loadOne()));
  const lines = commands.map((command) => `  ${command.name.padEnd(12)}${command.summary}`);
  io.stdout.write(
    `Usage: skuport [COMMAND] [options]\n\n${lines.join("\n")}\n\nWithout a command, skuport runs \`serve\`. Run \`skuport COMMAND --help\` for the options of a command.\n`,
  );
  return 0;
}

/** Prints the error: its message if the user can act on it, otherwise its stack. */
async function explain(error: unknown, command: string, io: Io): Promise<number> {
  if (io.signal.aborted && error === io.signal.reason) {
    io.stderr.write("Cancelled.\n");
    return 1;
  }
  const { UsageError } = await import("./command.ts");
  if (error instanceof UsageError) {
    io.stderr.write(`${error.message}\nSee skuport ${command} --help.\n`);
    return 2;
  }
  const isForUser = new Set([
    "BackupFileError",
    "BackupOutputError",
    "ConfigError",
    "DataDirBusyError",
    "DataDirError",
    "KeyFileError",
    "EmbeddedError",
    "EnvFileError",
    "FileStoreError",
    "InterruptedRestoreError",
    "MigrationError",
    "UnfitDatabaseError",
    "CertificateError",
    "PortTakenError",
    "Problem",
    "SignInError",
    "RestoreError",
    "UnreachableError",
  ]);
  if (error instanceof Error && isForUser.has(error.name)) io.stderr.write(`${error.message}\n`);
  else io.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return error instanceof Error && error.name === "ConfigError" ? 2 : 1;
}
