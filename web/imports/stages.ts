// The stages of an import as the page shows them, one at a time.
import { isTerminal, type Import, type ImportState } from "../../contract/imports.ts";
import { formatBytes, formatCount, formatCountOf, formatDuration } from "../kit/format.ts";
import { rowsDecided } from "./result.ts";

export const STAGES = ["Receive", "Scan", "Load", "Finish"] as const;

export const LOAD_STAGE = 2;

const STAGE_OF: Record<ImportState, number> = {
  receiving: 0,
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

type Progress = Parameters<typeof rowsDecided>[0] &
  Pick<Import, "received" | "size" | "scanned" | "cancel_requested" | "elapsed_ms">;

/** What is happening, with how much of it is done. */
export function progressInWords(of: Progress): string {
  if (of.cancel_requested && !isTerminal(of.state)) return "Stopping at the next safe point";
  switch (of.state) {
    case "receiving":
      return of.size === null
        ? `${formatBytes(of.received)} received`
        : `${formatBytes(of.received)} of ${formatBytes(of.size)} received`;
    case "scanning":
      return of.size === null
        ? "Reading the file"
        : `${formatBytes(of.scanned)} of ${formatBytes(of.size)} read, ${formatCountOf(of.rows ?? 0, "row")} found`;
    case "ready":
      return `${formatCountOf(of.rows ?? 0, "row")} found, waiting to be loaded`;
    case "loading":
      return `${formatCount(rowsDecided(of))} of ${formatCountOf(of.rows ?? 0, "row")}`;
    case "finishing":
      return "Putting the last things in order";
    case "done":
      return `Finished in ${formatDuration(of.elapsed_ms.total)}`;
    default:
      return "";
  }
}

/** What a screen reader is told: each stage and every tenth of the way, not every number. */
export function announcementFor(of: Progress & { fraction: number }): string {
  const stage = STAGES[stageOf(of.state)];
  if (stage === undefined) return "";
  const tenth = Math.floor(of.fraction * 10) * 10;
  return `Stage ${String(stageOf(of.state) + 1)} of ${String(STAGES.length)}, ${stage}. ${String(tenth)} percent.`;
}
