// Previews an undo: selects and plans as an undo does, on one snapshot, and then rolls back instead of executing the plan.
import type pg from "pg";
import { withTransaction, type Queryable } from "../../db/connection/connect.ts";
import { JOIN_BY_KEY } from "../../db/planner-hints.ts";
import { CHUNK, insertChangesetChunks, type Chunk } from "../chunk-store.ts";
import { chunkProducts, type OperationContext } from "../context.ts";
import { readActors, type ConflictPosition } from "./conflict-store.ts";
import { planUndo } from "./make-plan.ts";
import { emptyPlan, type FoundConflict, type Policy, type UndoPlan } from "./plan.ts";
import { readSamples } from "./samples.ts";
import { checkUndoable } from "./start.ts";
import type { Undone } from "./store.ts";
import type { Conflict } from "../../../contract/changesets/operations.ts";
import type { UndoPreview } from "../../../contract/changesets/undo.ts";

export interface PreviewRequest {
  policy: Policy;
  /** Position of the last conflict before the page. */
  after: ConflictPosition | undefined;
  /** Maximum number of conflicts in the page. */
  limit: number;
}

export type Preview = Omit<UndoPreview, "items" | "next_cursor"> & {
  items: Conflict[];
  next: ConflictPosition | undefined;
};

/** @throws Problem not-found, changeset-running, already-undone, history-purged */
export async function previewUndo(
  context: OperationContext,
  changesetId: number,
  request: PreviewRequest,
): Promise<Preview> {
  let preview: Preview | undefined;
  await withTransaction(context.pool, async (client) => {
    await client.query("set transaction isolation level repeatable read");
    const undone = await checkUndoable(client, changesetId);
    await client.query(JOIN_BY_KEY);
    preview = await planAll(client, undone, request, chunkProducts(context));
    throw new RollBack();
  }).catch((error: unknown) => {
    if (!(error instanceof RollBack)) throw error;
  });
  return preview as Preview;
}

class RollBack extends Error {
  override readonly name = "RollBack";
}

async function planAll(
  client: pg.ClientBase,
  undone: Undone,
  { policy, after, limit }: PreviewRequest,
  size: number,
): Promise<Preview> {
  // Negative, so that no operation has this id, and random, so that no other preview has it.
  const operationId = -1 - Math.floor(Math.random() * 2 ** 48);
  await insertChangesetChunks(client, operationId, size, undone);
  const { counts } = emptyPlan();
  const page = createPage(after, limit);
  let samples: UndoPreview["samples"] | undefined = after === undefined ? undefined : [];
  let selected = 0;
  for await (const chunk of readChunks(client, operationId)) {
    const { plan } = await planUndo(client, chunk, policy, false);
    selected += chunk.count;
    addCounts(counts, plan.counts);
    page.add(plan.conflicts);
    if (samples === undefined && hasWrites(plan)) samples = await readSamples(client, plan, chunk);
  }
  const gone = Math.max(0, undone.changed - selected);
  const { more, ...shown } = counts;
  const { items, next } = await page.end(client);
  return {
    undoes: undone.id,
    policy,
    total: selected + gone + more,
    ...shown,
    unchanged: shown.unchanged + gone,
    samples: samples ?? [],
    items,
    next,
  };
}

async function* readChunks(client: pg.ClientBase, operationId: number): AsyncGenerator<Chunk> {
  for (let last = -(2 ** 31); ;) {
    const { rows } = await client.query<Chunk>(
      `select ${CHUNK} from operation_chunks
       where operation_id = $1 and chunk_no > $2 order by chunk_no limit 1`,
      [operationId, last],
    );
    const chunk = rows[0];
    if (chunk === undefined) return;
    yield chunk;
    last = chunk.chunk_no;
  }
}

const hasWrites = ({ counts: { created, updated, deleted } }: UndoPlan): boolean => created + updated + deleted > 0;

function addCounts(sum: UndoPlan["counts"], counts: UndoPlan["counts"]): void {
  for (const name of Object.keys(sum) as (keyof UndoPlan["counts"])[]) sum[name] += counts[name];
}

interface Page {
  add: (conflicts: readonly FoundConflict[]) => void;
  end: (db: Queryable) => Promise<Pick<Preview, "items" | "next">>;
}

/** Collects the first `limit` conflicts after the position `after`. Keeps in memory only these conflicts and the one that follows them. */
function createPage(after: ConflictPosition | undefined, limit: number): Page {
  let kept: FoundConflict[] = [];
  return {
    add(conflicts) {
      const later = after === undefined ? conflicts : conflicts.filter((conflict) => compare(conflict, after) > 0);
      // Keep one conflict more than the page holds: it shows that there is a next page.
      if (later.length > 0) kept = [...kept, ...later].sort(compare).slice(0, limit + 1);
    },
    async end(db) {
      const shown = kept.slice(0, limit);
      const actors = await readActors(
        db,
        shown.map(({ changed_in }) => changed_in),
      );
      return {
        items: shown.map(({ sku_key: _, ...conflict }) => ({
          ...conflict,
          actor: actors.get(conflict.changed_in) ?? "",
        })),
        next: kept.length > limit ? shown.at(-1) : undefined,
      };
    },
  };
}

const compare = (a: ConflictPosition, b: ConflictPosition): number =>
  Buffer.compare(Buffer.from(a.sku_key), Buffer.from(b.sku_key)) || a.id - b.id;
