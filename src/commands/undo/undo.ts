// skuport undo: undoes a changeset through the server, or shows what an undo would do.
import { setTimeout as sleep } from "node:timers/promises";
import { call } from "../../../client/call.ts";
import {
  cancel_operation,
  get_operation,
  isOperationOver,
  type Operation,
} from "../../../contract/changesets/operations.ts";
import { undo_changeset, type UndoPreview } from "../../../contract/changesets/undo.ts";
import { readArgs, UsageError, type Command, type Io } from "../command.ts";
import { NO_SERVER, withServer, type Server } from "../server/find-server.ts";
import { oneLine } from "../../terminal.ts";

const POLL_MS = 100;
/** Maximum number of conflicts (products that were changed after the changeset) that a preview prints. The API returns all of them. */
const SHOWN_CONFLICTS = 20;

const COUNTS = ["created", "updated", "deleted", "unchanged", "kept"] as const;
const MEANINGS: Record<(typeof COUNTS)[number], string> = {
  created: "products restored",
  updated: "products reset to their earlier values",
  deleted: "products deleted that the changeset had created",
  unchanged: "products that need no change",
  kept: "products kept because they were changed after the changeset",
};

export const undo: Command = {
  name: "undo",
  summary: "Undo a changeset",
  help: `Usage: skuport undo CHANGESET [options]

Undoes a changeset: an import, an edit, a bulk change or another undo. The undo is a new changeset, which can be undone too. Needs a
running server: the one that runs on the data folder, or --url.

  --preview           show what the undo would do, and change nothing
  --policy POLICY     products that were changed after the changeset: keep (default) or overwrite
  --url URL           address of the server
  --data-dir DIR      data folder (default: SKUPORT_DATA_DIR, or ./data)
  --json              print only the result, as JSON

Exit code: 0 done, 1 failed or cancelled, 2 usage error. Ctrl-C cancels the undo; products undone so far stay undone.
`,
  async run(args, io) {
    const { values, positionals } = readArgs({
      args,
      allowPositionals: true,
      options: {
        preview: { type: "boolean" },
        policy: { type: "string", default: "keep" },
        url: { type: "string" },
        "data-dir": { type: "string" },
        json: { type: "boolean" },
      },
    });
    const id = readId(positionals);
    const { policy } = values;
    if (policy !== "keep" && policy !== "overwrite")
      throw new UsageError(`--policy ${policy}: write keep or overwrite.`);
    const query = { preview: values.preview === true, policy } as const;
    const ended = await withServer(values, io, async (server) => {
      if (server === undefined) return undefined;
      const answer = await call(undo_changeset, { params: { id }, querystring: query }, server);
      return "state" in answer ? follow(answer, server, io) : answer;
    });
    if (ended === undefined) {
      io.stderr.write(`${NO_SERVER}\n`);
      return 1;
    }
    if (values.json === true) io.stdout.write(`${JSON.stringify(ended)}\n`);
    else io.stdout.write("state" in ended ? describeOperation(ended, id) : describePreview(ended));
    return "state" in ended && ended.state !== "done" ? 1 : 0;
  },
};

function readId(positionals: readonly string[]): number {
  const [id = "", ...more] = positionals;
  if (!/^[1-9]\d{0,14}$/.test(id) || more.length > 0) {
    throw new UsageError("Give the number of one changeset: skuport undo 17");
  }
  return Number(id);
}

async function follow(started: Operation, server: Server, io: Pick<Io, "signal">): Promise<Operation> {
  const request = { params: { id: started.id } };
  const cancel = (): void => void call(cancel_operation, request, server).catch(() => undefined);
  io.signal.addEventListener("abort", cancel, { once: true });
  let state = started;
  while (!isOperationOver(state.state)) {
    await sleep(POLL_MS);
    state = await call(get_operation, request, server);
  }
  io.signal.removeEventListener("abort", cancel);
  return state;
}

function describeOperation(operation: Operation, id: number): string {
  const { state, changeset_id, elapsed_ms, problem, kept } = operation;
  const heads = {
    done: `Changeset ${id} was undone by changeset ${changeset_id} in ${(elapsed_ms / 1000).toFixed(1)} s.`,
    cancelled: `The undo of changeset ${id} was cancelled. Products that were already undone stay undone; changeset ${changeset_id} contains these changes.`,
    failed: `The undo of changeset ${id} failed: ${oneLine(problem?.detail ?? "The server gave no reason.")}`,
  };
  const head = state in heads ? heads[state as keyof typeof heads] : `The undo of changeset ${id} is ${state}.`;
  const conflicts = kept > 0 ? [`  Later changes of the kept products: /api/operations/${operation.id}/conflicts`] : [];
  return `${[head, ...countLines(operation), ...conflicts].join("\n")}\n`;
}

function describePreview(preview: UndoPreview): string {
  const conflicts = preview.items
    .slice(0, SHOWN_CONFLICTS)
    .map(
      ({ sku, conflict, actor, changed_at }) =>
        `  ${oneLine(sku)}: ${conflict.replace("_", " ")} by ${oneLine(actor)}, ${changed_at}`,
    );
  const lines = [...countLines(preview), ...conflicts];
  const head =
    lines.length === 0
      ? `Changeset ${preview.undoes} changed no products, so there is nothing to undo.`
      : `Preview of the undo of changeset ${preview.undoes}. Nothing was changed.`;
  return `${[head, ...lines].join("\n")}\n`;
}

function countLines(counts: Record<(typeof COUNTS)[number], number>): string[] {
  const shown = COUNTS.filter((name) => counts[name] > 0);
  const width = Math.max(1, ...shown.map((name) => counts[name].toLocaleString("en").length));
  return shown.map((name) => `  ${counts[name].toLocaleString("en").padStart(width)} ${MEANINGS[name]}`);
}
