// The only door: finds the command, owns the signals and the exit code.
import { enableCompileCache } from "node:module";
import type { Command, Io } from "./commands/command.ts";
import { guardTerminal } from "./terminal.ts";

// Types are stripped and code is compiled once, not at every start.
enableCompileCache();

/** Loaded by name, so that a command pays for its own imports only. */
const COMMANDS: Record<string, () => Promise<Command>> = {
  serve: async () => (await import("./commands/serve.ts")).serve,
  work: async () => (await import("./commands/work.ts")).work,
  migrate: async () => (await import("./commands/migrate.ts")).migrateCommand,
  import: async () => (await import("./commands/import.ts")).importCommand,
  read: async () => (await import("./commands/read.ts")).readCommand,
  undo: async () => (await import("./commands/undo.ts")).undo,
  export: async () => (await import("./commands/export.ts")).exportCommand,
  webhooks: async () => (await import("./commands/webhooks/webhooks.ts")).webhooksCommand,
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
      `There is no command "${name}". Commands: ${Object.keys(COMMANDS).join(", ")}. See skuport --help.\n`,
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
    `Usage: skuport COMMAND [options]\n\n${lines.join("\n")}\n\n\`skuport COMMAND --help\` says more.\n`,
  );
  return 0;
}

function createIo(): Io {
  const stop = new AbortController();
  // SIGHUP: the terminal was closed.
  for (const [signal, code] of [
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ] as const) {
    process.on(signal, () => {
      // A second Ctrl-C means it. A closed terminal may be reported twice, by the kernel and by the shell.
      if (stop.signal.aborted && signal !== "SIGHUP") process.exit(code);
      stop.abort();
    });
  }
  return {
    // Asked for only by who reads it: to touch it is to open it.
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
  };
}

/** Errors that a person can act on are one sentence; the others show where they come from. */
async function explain(error: unknown, command: string): Promise<number> {
  const { UsageError } = await import("./commands/command.ts");
  if (error instanceof UsageError) {
    process.stderr.write(`${error.message}\nSee skuport ${command} --help.\n`);
    return 2;
  }
  const told = new Set([
    "ConfigError",
    "DataDirBusyError",
    "DataDirError",
    "KeyFileError",
    "EmbeddedError",
    "MigrationError",
    "UnfitDatabaseError",
    "PortTakenError",
    "Problem",
    "NoAnswer",
  ]);
  if (error instanceof Error && told.has(error.name)) process.stderr.write(`${error.message}\n`);
  else process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return error instanceof Error && error.name === "ConfigError" ? 2 : 1;
}

for (const stream of [process.stdout, process.stderr]) {
  guardTerminal(stream);
  // Whoever read it has gone (`| head`), or the terminal was closed: what a command does is done all the same.
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE" && error.code !== "EIO") throw error;
  });
}
process.exitCode = await main(process.argv.slice(2));
// pg-boss and others may leave a timer behind; everything of ours has been closed by now.
if (process.stdout.writableLength === 0 || process.stdout.destroyed) process.exit();
for (const event of ["drain", "close"]) process.stdout.once(event, () => process.exit());
