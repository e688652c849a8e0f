// Converts imports and operations to items of the dock.
import type { ListedImport } from "../../../contract/imports/imports.ts";
import { isNothingImported } from "../../../contract/imports/nothing-imported.ts";
import type { ProblemDocument } from "../../../contract/problem-document.ts";
import type { Operation } from "../../../contract/changesets/operations.ts";
import type { DockItem } from "../../services/dock.ts";
import { formatPercent } from "../../ui/format.ts";
import { dismiss, isOver, keyOf, type Running } from "../../server/running.ts";
import { problemTitle } from "../../server/problem-words.ts";
import { t, tn } from "../../texts/t.ts";

export function itemOf(item: Running): DockItem {
  const key = keyOf(item);
  const over = isOver(item);
  const { fraction } = item.record;
  const title = item.kind === "import" ? item.record.filename : operationInWords(item.record);
  return {
    key,
    title,
    detail: over ? endOf(item) : `${phaseOf(item)} · ${formatPercent(fraction)}`,
    tone: toneOf(item),
    fraction: over ? null : fraction,
    label: title,
    to: pageOf(item),
    ...(over
      ? {
          close: {
            label: t("shell.dock.dismiss", { name: title }),
            run: () => {
              dismiss(key);
            },
          },
        }
      : {}),
  };
}

function toneOf(item: Running): DockItem["tone"] {
  if (!isOver(item)) return "running";
  if (item.kind === "import" && isNothingImported(item.record)) return "failed";
  return item.record.state === "done" ? "done" : "failed";
}

const pageOf = (item: Running): string =>
  item.kind === "import" ? `/imports/${String(item.record.id)}` : `/changes/${String(item.record.changeset_id)}`;

export function operationInWords({ kind, options, total }: Operation): string {
  switch (kind) {
    case "undo":
      return t("shell.operation.undo", { id: options.undoes ?? "" });
    case "delete_all":
      return t("shell.operation.delete_all");
    case "bulk": {
      const action = options.action ?? "set";
      return total === null ? t(`shell.operation.${action}_some`) : tn(`shell.operation.${action}`, total);
    }
  }
}

function phaseOf({ kind, record }: Running): string {
  if (record.cancel_requested) return t("imports.cancelling");
  if (kind === "import" && record.wait_reason !== null) return t(`imports.wait.${record.wait_reason}.state`);
  return kind === "import" ? t(`imports.state.${record.state}`) : t(`shell.operation_state.${record.state}`);
}

function endOf({ kind, record }: Running): string {
  if (kind === "import" && isNothingImported(record)) return nothingImported(record);
  if (record.state === "failed") return record.problem === null ? t("imports.state.failed") : titleOf(record.problem);
  if (record.state === "cancelled") return t("imports.state.cancelled");
  return kind === "import" ? importResult(record) : operationResult(record);
}

const titleOf = ({ type, title }: ProblemDocument): string =>
  problemTitle(type.slice(type.lastIndexOf("/") + 1), title);

/** The text for an import that has imported nothing. It contains the counts, because the dock shows no other details of the import. */
function nothingImported(record: ListedImport): string {
  const counts = joinCounts([
    [record.rejected, (n) => tn("imports.counted.rejected", n)],
    [record.ignored, (n) => tn("imports.counted.ignored", n)],
  ]);
  return counts === "" ? t("imports.nothing_imported") : `${t("imports.nothing_imported")}: ${counts}`;
}

const joinCounts = (counts: [number, (count: number) => string][]): string =>
  counts
    .filter(([count]) => count > 0)
    .map(([count, format]) => format(count))
    .join(", ");

/** Names the counts that are not 0. The number of unchanged products is named only if the import changed no product. */
function importResult({ created, updated, unchanged, deleted, rejected }: ListedImport): string {
  return joinCounts([
    [created, (n) => tn("imports.counted.created", n)],
    [updated, (n) => tn("imports.counted.updated", n)],
    [deleted, (n) => tn("imports.counted.deleted", n)],
    [created + updated + deleted === 0 ? unchanged : 0, (n) => tn("imports.counted.unchanged", n)],
    [rejected, (n) => tn("imports.counted.rejected", n)],
  ]);
}

function operationResult(record: Operation): string {
  const result = joinCounts([
    [record.created, (n) => tn("shell.operation_result.created", n)],
    [record.updated, (n) => tn("shell.operation_result.updated", n)],
    [record.deleted, (n) => tn("shell.operation_result.deleted", n)],
    [record.kept, (n) => tn("shell.operation_result.kept", n)],
  ]);
  return result === "" ? t("shell.dock.nothing_changed") : result;
}

/** The screen reader announcement. It changes with each phase, at every tenth of the progress, and at the end. */
export function announcementOf(item: Running): string {
  const { title, detail } = itemOf(item);
  if (isOver(item)) return t("shell.dock.announce_end", { name: title, result: detail });
  const tenth = Math.floor(item.record.fraction * 10) * 10;
  return t("shell.dock.announce", { name: title, phase: phaseOf(item), percent: tenth });
}
