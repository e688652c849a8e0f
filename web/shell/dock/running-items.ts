// Imports and operations as the dock shows them.
import type { ListedImport } from "../../../contract/imports/imports.ts";
import type { Operation } from "../../../contract/changesets/operations.ts";
import type { DockItem } from "../../services/dock.ts";
import { formatPercent } from "../../ui/format.ts";
import { forget, isOver, keyOf, type Running } from "../../server/running.ts";
import { t, tn } from "../../texts/t.ts";

export function itemOf(item: Running): DockItem {
  const key = keyOf(item);
  const over = isOver(item);
  const { state, fraction } = item.record;
  const title = item.kind === "import" ? item.record.filename : operationInWords(item.record);
  return {
    key,
    title,
    detail: over ? endOf(item) : `${phaseOf(item)} · ${formatPercent(fraction)}`,
    tone: !over ? "running" : state === "done" ? "done" : "failed",
    fraction: over ? null : fraction,
    label: title,
    to: pageOf(item),
    ...(over
      ? {
          close: {
            label: t("shell.dock.dismiss", { name: title }),
            run: () => {
              forget(key);
            },
          },
        }
      : {}),
  };
}

const pageOf = (item: Running): string =>
  item.kind === "import" ? `/imports/${String(item.record.id)}` : `/changes/${String(item.record.changeset_id)}`;

export function operationInWords({ kind, options, total }: Operation): string {
  if (kind === "undo") return t("shell.operation.undo", { id: options.undoes ?? "" });
  if (kind === "delete_all") return t("shell.operation.delete_all");
  return total === null
    ? t(`shell.operation.${options.action ?? "set"}_some`)
    : tn(`shell.operation.${options.action ?? "set"}`, total);
}

function phaseOf({ kind, record }: Running): string {
  if (record.cancel_requested) return t("imports.cancelling");
  if (kind === "import" && record.wait_reason !== null) return t(`imports.wait.${record.wait_reason}.state`);
  return kind === "import" ? t(`imports.state.${record.state}`) : t(`shell.operation_state.${record.state}`);
}

function endOf({ kind, record }: Running): string {
  if (record.state === "failed") return record.problem?.title ?? t("imports.state.failed");
  if (record.state === "cancelled") return t("imports.state.cancelled");
  return kind === "import" ? importResult(record) : operationResult(record);
}

const parts = (counts: [number, (count: number) => string][]): string =>
  counts
    .filter(([count]) => count > 0)
    .map(([count, say]) => say(count))
    .join(", ");

function importResult(of: ListedImport): string {
  const said = parts([
    [of.created, (n) => tn("imports.counted.created", n)],
    [of.updated, (n) => tn("imports.counted.updated", n)],
    [of.rejected, (n) => tn("imports.counted.rejected", n)],
  ]);
  return said === "" ? t("shell.dock.nothing_changed") : said;
}

function operationResult(of: Operation): string {
  const said = parts([
    [of.created, (n) => tn("shell.operation_result.created", n)],
    [of.updated, (n) => tn("shell.operation_result.updated", n)],
    [of.deleted, (n) => tn("shell.operation_result.deleted", n)],
    [of.kept, (n) => tn("shell.operation_result.kept", n)],
  ]);
  return said === "" ? t("shell.dock.nothing_changed") : said;
}

/** What a screen reader is told: each phase, every tenth of the way, and the end; not every number. */
export function announcementOf(item: Running): string {
  const { title, detail } = itemOf(item);
  if (isOver(item)) return t("shell.dock.announce_end", { name: title, result: detail });
  const tenth = Math.floor(item.record.fraction * 10) * 10;
  return t("shell.dock.announce", { name: title, phase: phaseOf(item), percent: tenth });
}
