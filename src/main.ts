// The entry point: runs the command, handles signals and sets the exit code.
import { enableCompileCache } from "node:module";
import type { Command, Io } from "./commands/command.ts";
import { guardTerminal } from "./terminal.ts";

// Stores the compiled code on disk, so that the next start need not remove the types and compile the code again.
enableCompileCache();

/** Each command is loaded only when it runs, so that its start does not wait for the imports of other commands. */
const COMMANDS: Record<string, () => Promise<Command>> = {
  serve: async () => (await import("./commands/serve.ts")).serve,
  work: async () => (await import("./commands/work.ts")).work,
  migrate: async () => (await import("./commands/migrate.ts")).migrateCommand,
  import: async () => (await import("./commands/import/import.ts")).importCommand,
  read: async () => (await import("./commands/read/read.ts")).readCommand,
  undo: async () => (await import("./commands/undo/undo.ts")).undo,
  export: async () => (await import("./commands/export/export.ts")).exportCommand,
  profile: async () => (await import("./commands/profile/profile.ts")).profileCommand,
  webhooks: async () => (await import("./commands/webhooks/webhooks.ts")).webhooksCommand,
  backup: async () => (await import("./commands/backup/backup.ts")).backupCommand,
  restore: async () => (await import("./commands/backup/restore.ts")).restoreCommand,
  login: async () => (await import("./commands/sign-in/login.ts")).login,
  logout: async () => (await import("./commands/sign-in/logout.ts")).logout,
  users: async () => (await import("./commands/users/users.ts")).usersCommand,
  keys: async () => (await import("./commands/keys/keys.ts")).keysCommand,
  audit: async () => (await import("./commands/audit.ts")).auditCommand,
  "rotate-key": async () => (await import("./commands/rotate-key.ts")).rotateKey,
  openapi: async () => (await import("./commands/openapi.ts")).openapi,
  health: async () => (await import("./commands/health.ts")).health,
};

async function main(argv: string[]): Promise<number> {
  const [name = "--help", ...args] = argv;
  if (name === "--help" || name === "-h" || name === "help") return help(args[0]);
  if (name === "--version") {
    const { VERSION } = await import("./version.ts");
    process.stdout.write(`${VERSION}\n`);
    return 0;
  }
  const load = COMMANDS[name];
  if (load === undefined) {
    process.stderr.write(
      name.startsWith("-")
        ? `The command is missing. Write it before the options, for example: skuport serve ${argv.join(" ")}\nSee skuport --help.\n`
        : `Unknown command "${name}". Commands: ${Object.keys(COMMANDS).join(", ")}.\nSee skuport --help.\n`,
    );
    return 2;
  }
  if (args.includes("--help") || args.includes("-h")) return help(name);
  const command = await load();
  const io = createIo();
  try {
    return await command.run(args, io);
  } catch (error) {
    return await explain(error, name);
  }
}

async function help(name: string | undefined): Promise<number> {
  const load = name === undefined ? undefined : COMMANDS[name];
  if (load !== undefined) {
    process.stdout.write((await load()).help);
    return 0;
  }
  const commands = await Promise.all(Object.values(COMMANDS).map((loadOne) => loadOne()));
  const lines = commands.map((command) => `  ${command.name.padEnd(12)}${command.summary}`);
  process.stdout.write(
    `Usage: skuport [COMMAND] [options]\n\n${lines.join("\n")}\n\nWithout a command, skuport runs \`serve\`. Run \`skuport COMMAND --help\` for the options of a command.\n`,
  );
  return 0;
}

const stop = new AbortController();

function createIo(): Io {
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
  return {
    // A getter, because the first access to `process.stdin` opens standard input.
    get stdin() {
      return process.stdin;
    },
    stdout: process.stdout,
    stderr: process.stderr,
    signal: stop.signal,
    env: process.env,
    async loadConfig(settings = {}) {
      const { loadConfig } = await import("./config.ts");
      return loadConfig({ ...process.env, ...settings }, process.cwd());
    },
    async readRemoteSettings(settings = {}) {
      const { dataDirOf, givenSettings } = await import("./given-settings.ts");
      const given = givenSettings({ ...process.env, ...settings }, process.cwd());
      return { data_dir: dataDirOf(given, process.cwd()), api_key: given["SKUPORT_API_KEY"] };
    },
  };
}

/** Prints the error: its message if the user can act on it, otherwise its stack. */
async function explain(error: unknown, command: string): Promise<number> {
  if (stop.signal.aborted && error === stop.signal.reason) {
    process.stderr.write("Cancelled.\n");
    return 1;
  }
  const { UsageError } = await import("./commands/command.ts");
  if (error instanceof UsageError) {
    process.stderr.write(`${error.message}\nSee skuport ${command} --help.\n`);
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
  if (error instanceof Error && isForUser.has(error.name)) process.stderr.write(`${error.message}\n`);
  else process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return error instanceof Error && error.name === "ConfigError" ? 2 : 1;
}

for (const stream of [process.stdout, process.stderr]) {
  guardTerminal(stream);
  // Ignore these errors: the program that reads our output has exited (as with `| head`), or the terminal was closed. The command still
  // finishes its work.
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE" && error.code !== "EIO") throw error;
  });
}
process.exitCode = await main(process.argv.slice(2));
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
