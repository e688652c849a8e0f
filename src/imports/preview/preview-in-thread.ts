// Previews in a thread of their own, so that no file keeps the server from answering. A preview has 5 seconds and 256 MB; a thread that
// takes more is ended and replaced. The thread starts with the first preview and then waits for the next one.
import { once } from "node:events";
import { getCompileCacheDir } from "node:module";
import { dirname } from "node:path";
import { Worker } from "node:worker_threads";
import pLimit from "p-limit";
import type { Preview } from "../../../contract/imports/imports.ts";
import { Problem } from "../../../contract/problems.ts";
import type { PreviewAnswer, PreviewJob, PreviewThreadData } from "./preview-thread.ts";

/** Of the processor's time, so that a busy machine refuses no honest file. The slowest of them, a workbook of 1 MB, takes half a second. */
const CPU_MS = 5000;
/** Between two questions how much time the thread has used. */
const WATCH_MS = 200;
/** For a preview that waits for something, or in a call that cannot be asked. */
const PREVIEW_MS = 20_000;
/** The thread loads in a quarter of a second; this is for a machine that has no time for it. */
const START_MS = 30_000;
/** Heap of the thread: together 256 MB. */
const HEAP = { maxOldGenerationSizeMb: 224, maxYoungGenerationSizeMb: 32 };
/** Previews that wait for the thread: the page keeps those of eight files. */
const MAX_WAITING = 8;

export interface PreviewLimits {
  cpu_ms?: number;
  watch_ms?: number;
  heap?: typeof HEAP;
}

export interface Previewer {
  /** @param gone drops the preview while it waits
   * @throws Problem too-many-previews, preview-stopped, and what previewFile throws */
  preview(file: PreviewJob, gone: AbortSignal): Promise<Preview>;
  /** Ends the thread and what it does. */
  close(): Promise<void>;
}

interface Thread {
  worker: Worker;
  ready: Promise<unknown>;
}

/** @param limits lower ones, for tests */
export function createPreviewer(limits: PreviewLimits = {}): Previewer {
  const inTurn = pLimit(1);
  const closing = new AbortController();
  let thread: Thread | undefined;

  const messageOf = async (worker: Worker, ...ends: AbortSignal[]): Promise<PreviewAnswer> => {
    const signal = AbortSignal.any([...ends, closing.signal]);
    // Rejects with the thread's error too
    const [message] = (await once(worker, "message", { signal })) as [PreviewAnswer];
    return message;
  };
  const start = (): Thread => {
    const cache = getCompileCacheDir();
    const workerData: PreviewThreadData = { compile_cache: cache && dirname(cache) };
    const worker = new Worker(new URL("preview-thread.ts", import.meta.url), {
      workerData,
      resourceLimits: limits.heap ?? HEAP,
    });
    worker.unref();
    worker.on("error", () => {
      if (thread?.worker === worker) thread = undefined;
    });
    return { worker, ready: messageOf(worker, AbortSignal.timeout(START_MS)) };
  };
  const run = async (file: PreviewJob): Promise<PreviewAnswer> => {
    thread ??= start();
    const { worker, ready } = thread;
    const { cpu_ms = CPU_MS } = limits;
    try {
      await ready;
      const watch = await watchTime(worker, cpu_ms, limits.watch_ms);
      worker.postMessage(file);
      return await messageOf(worker, watch.signal, AbortSignal.timeout(PREVIEW_MS)).finally(watch.stop);
    } catch (error) {
      thread = undefined;
      await worker.terminate();
      throw closing.signal.aborted ? new Problem("not-ready", "The server is stopping.") : reasonOf(error, cpu_ms);
    }
  };
  return {
    async preview(file, gone) {
      if (inTurn.pendingCount >= MAX_WAITING) throw tooManyPreviews(MAX_WAITING);
      return inTurn(async () => {
        if (gone.aborted) throw new Problem("upload-interrupted", "The client closed the connection.");
        return previewOf(await run(file));
      });
    },
    async close() {
      closing.abort();
      await thread?.worker.terminate();
    },
  };
}

/** Aborts once the thread has used so much of the processor's time. */
async function watchTime(
  worker: Worker,
  cpuMs: number,
  watchMs = WATCH_MS,
): Promise<{ signal: AbortSignal; stop: () => void }> {
  const late = new AbortController();
  const before = await worker.cpuUsage();
  const timer = setInterval(() => {
    worker.cpuUsage(before).then(
      ({ user, system }) => {
        if ((user + system) / 1000 > cpuMs) late.abort();
      },
      // It has ended, which messageOf notices too
      () => undefined,
    );
  }, watchMs);
  return {
    signal: late.signal,
    stop: () => {
      clearInterval(timer);
    },
  };
}

export const tooManyPreviews = (limit: number): Problem =>
  new Problem(
    "too-many-previews",
    `Limit reached: ${limit} previews are waiting. Try again in a few seconds, or import the file without a preview.`,
  );

function reasonOf(error: unknown, cpuMs: number): unknown {
  const { name, code } = error as NodeJS.ErrnoException;
  const isLate = name === "AbortError";
  if (!isLate && code !== "ERR_WORKER_OUT_OF_MEMORY") return error;
  const why = isLate
    ? `because it takes more than ${cpuMs / 1000} seconds`
    : "because it needs more than 256 MB of memory";
  return new Problem(
    "preview-stopped",
    `The preview was stopped ${why}. Check that this is the right file and import it without a preview, or save its table as CSV.`,
    { cause: error },
  );
}

function previewOf(answer: PreviewAnswer): Preview {
  if (answer.kind === "preview") return answer.preview;
  if (answer.kind === "problem") throw new Problem(answer.slug, answer.detail, { extra: answer.extra });
  throw new Error(answer.kind === "error" ? answer.message : "The thread sent no preview", { cause: answer });
}
