// skuport undo: has the server take a changeset back, or says what that would do.
import { setTimeout as sleep } from "node:timers/promises";
import { call } from "../../client/call.ts";
import {
  cancel_operation,
  get_operation,
  isOperationOver,
  type Operation,
} from "../../contract/changesets/operations.ts";
import { undo_changeset, type UndoPreview } from "../../contract/changesets/undo.ts";
import { readArgs, UsageError, type Command, type Io } from "./command.ts";
import { findServer } from "./find-server.ts";
import { oneLine } from "../terminal.ts";

/** Often enough for a person, seldom enough for the server. */
const POLL_MS = 100;
/** Later changes that a preview names; the API has them all. */
const SHOWN_CONFLICTS = 20;

const COUNTS = ["created", "updated", "deleted", "unchanged", "kept"] as const;
const MEANINGS: Record<(typeof COUNTS)[number], string> = {
  created: "deleted by it, back again",
  updated: "products have their former values",
  deleted: "created by it, gone again",
  unchanged: "are as they were already",
  kept: "were changed later and are kept",
};

export const undo: Command = {
  name: "undo",
  summary: "Take a changeset back",
  help: `Usage: skuport undo CHANGESET [options]

Has the server that holds the data folder, or --url, take a changeset back: an import, an edit, a bulk change, an undo. It becomes a
changeset that can be undone itself.

  --preview           say what would happen, and change nothing
  --policy POLICY     products that were changed later: keep (default) or overwrite
  --url URL           the server
  --data-dir DIR      data folder (SKUPORT_DATA_DIR; ./data)
  --json              print the answer as JSON, and nothing else

Exit code: 0 done, 1 failed or cancelled, 2 wrong use. Ctrl-C cancels; what is committed stays.
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
    if (policy !== "keep" && policy !== "overwrite") throw new UsageError("--policy: write keep or overwrite.");
    const baseUrl = await findServer(values, io);
    if (baseUrl === undefined) {
      io.stderr.write("No server holds the data folder. Start `skuport serve`, or name one with --url.\n");
      return 1;
    }
    const query = { preview: values.preview === true, policy } as const;
    const answer = await call(undo_changeset, { params: { id }, querystring: query }, { base_url: baseUrl });
    const ended = "state" in answer ? await follow(answer, baseUrl, io) : answer;
    if (values.json === true) io.stdout.write(`${JSON.stringify(ended)}\n`);
    else io.stdout.write("state" in ended ? describeOperation(ended, id) : describePreview(ended));
    return "state" in ended && ended.state !== "done" ? 1 : 0;
  },
};

function readId(positionals: readonly string[]): number {
  const [id = "", ...more] = positionals;
  if (!/^[1-9]\d{0,14}$/.test(id) || more.length > 0) {
    throw new UsageError("Name one changeset by its number: skuport undo 17");
  }
  return Number(id);
}

async function follow(started: Operation, baseUrl: string, io: Pick<Io, "signal">): Promise<Operation> {
  const request = { params: { id: started.id } };
  const cancel = (): void => void call(cancel_operation, request, { base_url: baseUrl }).catch(() => undefined);
  io.signal.addEventListener("abort", cancel, { once: true });
  let state = started;
  while (!isOperationOver(state.state)) {
    await sleep(POLL_MS);
    state = await call(get_operation, request, { base_url: baseUrl });
  }
  io.signal.removeEventListener("abort", cancel);
  return state;
}

function describeOperation(operation: Operation, id: number): string {
  const { state, changeset_id, elapsed_ms, problem, kept } = operation;
  const heads = {
    done: `Changeset ${id} was undone by changeset ${changeset_id} in ${(elapsed_ms / 1000).toFixed(1)} s.`,
    cancelled: `The undo of changeset ${id} was cancelled; what was committed stays, as changeset ${changeset_id}.`,
    failed: `The undo of changeset ${id} failed: ${oneLine(problem?.detail ?? "no reason was given")}`,
  };
  const head = state in heads ? heads[state as keyof typeof heads] : `The undo of changeset ${id} is ${state}.`;
  const rest = kept > 0 ? [`  Who changed what was kept: /api/operations/${operation.id}/conflicts`] : [];
  return `${[head, ...countLines(operation), ...rest].join("\n")}\n`;
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
      ? `Changeset ${preview.undoes} changed no product: there is nothing to take back.`
      : `An undo of changeset ${preview.undoes} would come to this; nothing was changed.`;
  return `${[head, ...lines].join("\n")}\n`;
}

function countLines(counts: Record<(typeof COUNTS)[number], number>): string[] {
  const shown = COUNTS.filter((name) => counts[name] > 0);
  const width = Math.max(1, ...shown.map((name) => counts[name].toLocaleString("en").length));
  return shown.map((name) => `  ${counts[name].toLocaleString("en").padStart(width)} ${MEANINGS[name]}`);
}
