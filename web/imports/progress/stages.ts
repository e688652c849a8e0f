// The stages of an import as the page shows them, one at a time.
import { isTerminal, type Import, type ImportState } from "../../../contract/imports/imports.ts";
import { formatBytes, formatCount, formatDuration } from "../../ui/format.ts";
import { t, tn } from "../../texts/t.ts";
import { rowsDecided } from "./result.ts";

export const STAGES = ["receive", "scan", "load", "finish"] as const;

export const LOAD_STAGE = 2;

const STAGE_OF: Record<ImportState, number> = {
  receiving: 0,
  paused: 0,
  scanning: 1,
  ready: LOAD_STAGE,
  loading: LOAD_STAGE,
  finishing: 3,
  done: 4,
  cancelled: 4,
  failed: 4,
};

/** Index of the stage under way; the number of stages when all is over. */
export const stageOf = (state: ImportState): number => STAGE_OF[state];

export interface Stage {
  name: string;
  state: "done" | "current" | "ahead";
  /** How long it took, or has taken so far; undefined where that is not known. */
  took: string | undefined;
}

/** The time line: each stage with the time it took. */
export function stagesOf({
  state,
  elapsed_ms,
  created_at,
  started_at,
}: Pick<Import, "state" | "elapsed_ms" | "created_at" | "started_at">): Stage[] {
  const at = stageOf(state);
  const receivedMs = started_at === null ? undefined : Date.parse(started_at) - Date.parse(created_at);
  const times = [receivedMs, elapsed_ms.scan, elapsed_ms.load, undefined];
  return STAGES.map((name, i) => {
    const time = times[i];
    const known = time !== undefined && time > 0 && i <= at;
    return {
      name: t(`imports.stage.${name}`),
      state: i < at ? "done" : i === at ? "current" : "ahead",
      took: known ? formatDuration(time) : undefined,
    };
  });
}

type Progress = Parameters<typeof rowsDecided>[0] &
  Pick<Import, "received" | "size" | "scanned" | "cancel_requested" | "elapsed_ms">;

/** What is happening, with how much of it is done. */
export function progressInWords(of: Progress): string {
  if (of.cancel_requested && !isTerminal(of.state)) return t("imports.progress.stopping");
  const rows = tn("ui.rows", of.rows ?? 0);
  switch (of.state) {
    case "receiving":
    case "paused":
      return of.size === null
        ? t("imports.progress.received", { received: formatBytes(of.received) })
        : t("imports.progress.received_of", { received: formatBytes(of.received), size: formatBytes(of.size) });
    case "scanning":
      return of.size === null
        ? t("imports.progress.reading")
        : t("imports.progress.read_of", { scanned: formatBytes(of.scanned), size: formatBytes(of.size), rows });
    case "ready":
      return t("imports.progress.found", { rows });
    case "loading":
      return t("imports.progress.loaded", { done: formatCount(rowsDecided(of)), rows });
    case "finishing":
      return t("imports.progress.finishing");
    case "done":
      return t("imports.progress.finished", { time: formatDuration(of.elapsed_ms.total) });
    default:
      return "";
  }
}
