// skuport audit: shows who signed in, and who changed users, keys and secrets.
import { call } from "../../client/call.ts";
import { AUDIT_ACTIONS, list_audit, type AuditEntry } from "../../contract/identity/audit.ts";
import { oneLine } from "../terminal.ts";
import { readArgs, UsageError, type Command } from "./command.ts";
import { NO_SERVER, withServer } from "./server/find-server.ts";

/** Number of entries that are shown without --limit. */
const SHOWN = 100;
const PAGE = 500;

const OPTIONS = {
  url: { type: "string" },
  "data-dir": { type: "string" },
  json: { type: "boolean" },
  action: { type: "string" },
  actor: { type: "string" },
  since: { type: "string" },
  until: { type: "string" },
  limit: { type: "string" },
} as const;

export const auditCommand: Command = {
  name: "audit",
  summary: "Show who signed in, and who changed users, keys and secrets",
  help: `Usage: skuport audit [options]

Prints the audit log, newest entry first: time, action, actor, what it concerned, address and further facts. Needs the role admin; an API
key needs the scope manage.

  --since TIME      only entries from this time on, such as 2026-01-31 or 2026-01-31T08:00:00Z
  --until TIME      only entries before this time
  --action ACTION   only entries with this action, such as signed-in, sign-in-failed or access-denied
  --actor NAME      only entries of this actor
  --limit N         number of entries (default: ${SHOWN})
  --url URL         address of the server (default: the server that runs on the data folder)
  --data-dir DIR    data folder (default: SKUPORT_DATA_DIR, or ./data)
  --json            print one line of JSON per entry
`,
  async run(args, io) {
    const { values } = readArgs({ args, options: OPTIONS });
    const filter = readFilter(values);
    let left = readLimit(values.limit);
    return withServer(values, io, async (server) => {
      if (server === undefined) throw new UsageError(NO_SERVER);
      for (let cursor: string | undefined; left > 0;) {
        const querystring = { ...filter, cursor, limit: Math.min(left, PAGE) };
        const page = await call(list_audit, { querystring }, { ...server, signal: io.signal });
        for (const entry of page.items)
          io.stdout.write(values.json === true ? `${JSON.stringify(entry)}\n` : describe(entry));
        left -= page.items.length;
        if (page.next_cursor === null) break;
        cursor = page.next_cursor;
      }
      return 0;
    });
  },
};

interface Values {
  action?: string | undefined;
  actor?: string | undefined;
  since?: string | undefined;
  until?: string | undefined;
}

function readFilter({ action: given, actor, since, until }: Values) {
  const action = AUDIT_ACTIONS.find((one) => one === given);
  if (given !== undefined && action === undefined)
    throw new UsageError(`--action ${given}: write one of ${AUDIT_ACTIONS.join(", ")}.`);
  return { action, actor, since: readTime(since, "--since"), until: readTime(until, "--until") };
}

function readTime(text: string | undefined, name: string): string | undefined {
  if (text === undefined) return undefined;
  const time = new Date(text);
  if (Number.isNaN(time.getTime())) throw new UsageError(`${name} ${text}: write a time such as 2026-01-31T00:00:00Z.`);
  return time.toISOString();
}

function readLimit(text: string | undefined): number {
  if (text === undefined) return SHOWN;
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new UsageError(`--limit ${text}: write a whole number.`);
  return Number(text);
}

function describe({ at, action, actor, subject, address, detail }: AuditEntry): string {
  const facts = Object.entries(detail).map(([name, value]) => `${name}: ${value}`);
  const parts = [at, action, actor, subject ?? "", address ?? "", facts.join(", ")];
  return `${parts
    .map((part) => oneLine(part))
    .join("\t")
    .trimEnd()}\n`;
}
