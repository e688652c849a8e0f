// The stages of an import for display: receive, scan, load, finish.
import { isTerminal, type Import, type ImportState } from "../../../contract/imports/imports.ts";
import { formatBytes, formatCount, formatDuration } from "../../ui/format.ts";
import { t, tn } from "../../texts/t.ts";
import { countProcessed } from "../result/result.ts";

export const STAGES = ["receive", "scan", "load", "finish"] as const;

export const LOAD_STAGE = 2;

const STAGE_OF: Record<ImportState, number> = {
  receiving: 0,
  paused: 0,
  scanning: 1,
  held: 1,
  ready: LOAD_STAGE,
  loading: LOAD_STAGE,
  finishing: 3,
  done: 4,
  cancelled: 4,
  failed: 4,
};

/** Index of the current stage, or the number of stages if the import has ended. */
export const stageOf = (state: ImportState): number => STAGE_OF[state];

export interface Stage {
  name: string;
  state: "done" | "current" | "ahead";
  /** Duration of the stage so far; undefined if unknown. */
  took: string | undefined;
}

/** All stages in order, each with its duration. */
export function stagesOf({
  state,
  elapsed_ms,
  created_at,
  started_at,
}: Pick<Import, "state" | "elapsed_ms" | "created_at" | "started_at">): Stage[] {
  const current = stageOf(state);
  const receivedMs = started_at === null ? undefined : Date.parse(started_at) - Date.parse(created_at);
  const times = [receivedMs, elapsed_ms.scan, elapsed_ms.load, undefined];
  return STAGES.map((name, i) => {
    const time = times[i];
    const hasTime = time !== undefined && time > 0 && i <= current;
    return {
      name: t(`imports.stage.${name}`),
      state: i < current ? "done" : i === current ? "current" : "ahead",
      took: hasTime ? formatDuration(time) : undefined,
    };
  });
}

type Progress = Parameters<typeof countProcessed>[0] &
  Pick<Import, "received" | "size" | "scanned" | "cancel_requested" | "elapsed_ms">;

/** The current activity and how much of it is done; empty if the import was cancelled or failed. */
export function progressText(import_: Progress): string {
  if (import_.cancel_requested && !isTerminal(import_.state)) return t("imports.progress.stopping");
  const rows = tn("ui.rows", import_.rows ?? 0);
  switch (import_.state) {
    case "receiving":
    case "paused":
      return import_.size === null
        ? t("imports.progress.received", { received: formatBytes(import_.received) })
        : t("imports.progress.received_of", {
            received: formatBytes(import_.received),
            size: formatBytes(import_.size),
          });
    case "scanning":
      return import_.size === null
        ? t("imports.progress.reading")
        : t("imports.progress.read_of", {
            scanned: formatBytes(import_.scanned),
            size: formatBytes(import_.size),
            rows,
          });
    case "held":
      return t("imports.progress.held");
    case "ready":
      return t("imports.progress.found", { rows });
    case "loading":
      return t("imports.progress.loaded", { done: formatCount(countProcessed(import_)), rows });
    case "finishing":
      return t("imports.progress.finishing");
    case "done":
      return t("imports.progress.finished", { time: formatDuration(import_.elapsed_ms.total) });
    case "cancelled":
    case "failed":
      return "";
  }
}
