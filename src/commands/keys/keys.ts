// skuport keys: lists, creates and revokes API keys.
import { call } from "../../../client/call.ts";
import { KEY_DAYS, KEY_SCOPES, MAX_KEY_DAYS, type KeyScope } from "../../../contract/identity/identity-rules.ts";
import { create_key, list_keys, revoke_key, type KeyRecord } from "../../../contract/identity/keys.ts";
import { oneLine } from "../../terminal.ts";
import { readArgs, UsageError, type Command, type Io } from "../command.ts";
import { pickSubcommand } from "../pick-subcommand.ts";
import { withAccount } from "../sign-in/account-server.ts";

const OPTIONS = {
  url: { type: "string" },
  "data-dir": { type: "string" },
  json: { type: "boolean" },
  all: { type: "boolean" },
  scopes: { type: "string" },
  days: { type: "string" },
} as const;

const readKeysArgs = (args: string[]) => readArgs({ args, options: OPTIONS, allowPositionals: true });

interface KeysCall {
  args: string[];
  options: ReturnType<typeof readKeysArgs>["values"];
  io: Io;
}

const SUBCOMMANDS: Record<string, (call: KeysCall) => Promise<number>> = {
  list: listAll,
  create: createKey,
  revoke: revokeKey,
};

export const keysCommand: Command = {
  name: "keys",
  summary: "List, create and revoke API keys",
  help: `Usage: skuport keys list [--all]
       skuport keys create NAME --scopes SCOPE,SCOPE [--days N]
       skuport keys revoke ID

  list          list your API keys, newest first. --all: also the keys of other users, if you are an administrator
  create        create an API key and print it. This is the only time that the key is shown
  revoke        make the key invalid at once

These commands need a running server. On the computer of the server, they use the key in its data folder and act for the first
administrator; otherwise, they ask for your user name and password.

  --scopes SCOPES   what the key may do: ${KEY_SCOPES.join(", ")}. A key can never do more than its owner
  --days N          days until the key expires, 1 to ${MAX_KEY_DAYS} (default: ${KEY_DAYS})
  --url URL         address of the server (default: the server that runs on the data folder)
  --data-dir DIR    data folder (default: SKUPORT_DATA_DIR, or ./data)
  --json            print JSON
`,
  async run(args, io) {
    const { values: options, positionals } = readKeysArgs(args);
    const [name = "", ...rest] = positionals;
    return pickSubcommand(SUBCOMMANDS, name)({ args: rest, options, io });
  },
};

async function listAll({ args, options, io }: KeysCall): Promise<number> {
  if (args.length > 0) throw new UsageError("Usage: skuport keys list [--all]");
  return withAccount(options, io, async (server) => {
    for (let cursor: string | undefined; ;) {
      const querystring = { cursor, limit: 500, all: options.all === true ? "true" : "false" };
      const page = await call(list_keys, { querystring }, server);
      for (const key of page.items) io.stdout.write(options.json === true ? `${JSON.stringify(key)}\n` : describe(key));
      if (page.next_cursor === null) return 0;
      cursor = page.next_cursor;
    }
  });
}

function describe(key: KeyRecord): string {
  const used = key.last_used_at === null ? "never used" : `used ${key.last_used_at.slice(0, 10)}`;
  const facts = [`${key.prefix}…${key.last_four}`, key.scopes.join(", "), stateOf(key), used];
  return `${key.id}\t${oneLine(key.name)}\t${oneLine(key.user)}\t${facts.join(", ")}\n`;
}

function stateOf({ revoked_at, expires_at, valid }: KeyRecord): string {
  if (revoked_at !== null) return `revoked ${revoked_at.slice(0, 10)}`;
  if (Date.parse(expires_at) <= Date.now()) return `expired ${expires_at.slice(0, 10)}`;
  return valid ? `until ${expires_at.slice(0, 10)}` : "not valid";
}

async function createKey({ args, options, io }: KeysCall): Promise<number> {
  const [name, ...more] = args;
  if (name === undefined || more.length > 0)
    throw new UsageError("Usage: skuport keys create NAME --scopes SCOPE,SCOPE [--days N]");
  const body = { name, scopes: readScopes(options.scopes), days: readDays(options.days) };
  return withAccount(options, io, async (server) => {
    const created = await call(create_key, { body }, server);
    const { key, record } = created;
    io.stdout.write(options.json === true ? `${JSON.stringify(created)}\n` : `${key}\n`);
    if (options.json !== true)
      io.stderr.write(
        `Created the API key ${record.id}, which is valid until ${record.expires_at.slice(0, 10)}. Store it now: it is not shown again.\n`,
      );
    return 0;
  });
}

function readScopes(text: string | undefined): KeyScope[] {
  const usage = `--scopes: write one or more of ${KEY_SCOPES.join(", ")}, separated by commas.`;
  if (text === undefined) throw new UsageError(usage);
  return text.split(",").map((part) => {
    const scope = KEY_SCOPES.find((one) => one === part.trim());
    if (scope === undefined) throw new UsageError(usage);
    return scope;
  });
}

function readDays(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const days = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (days < 1 || days > MAX_KEY_DAYS)
    throw new UsageError(`--days ${text}: write a number from 1 to ${MAX_KEY_DAYS}.`);
  return days;
}

async function revokeKey({ args, options, io }: KeysCall): Promise<number> {
  const [text = "", ...more] = args;
  if (!/^[1-9]\d{0,14}$/.test(text) || more.length > 0)
    throw new UsageError("Give the id of one API key; `skuport keys list` shows the ids.");
  return withAccount(options, io, async (server) => {
    await call(revoke_key, { params: { id: Number(text) } }, server);
    io.stdout.write(
      options.json === true ? `${JSON.stringify({ revoked: Number(text) })}\n` : `Revoked the API key ${text}.\n`,
    );
    return 0;
  });
}
