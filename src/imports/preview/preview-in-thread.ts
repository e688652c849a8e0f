// Makes previews in a separate thread, so that no file can block the server. A preview may use 5 seconds of CPU time and 256 MB; a
// thread that exceeds them is terminated and replaced. The thread starts with the first preview and is then reused.
import { once } from "node:events";
import { getCompileCacheDir } from "node:module";
import { dirname } from "node:path";
import { Worker } from "node:worker_threads";
import pLimit from "p-limit";
import type { Preview } from "../../../contract/imports/imports.ts";
import { Problem } from "../../../contract/problems.ts";
import type { PreviewAnswer, PreviewJob, PreviewThreadData } from "./preview-thread.ts";

/** Limit of a preview's CPU time. A limit of wall-clock time this low would refuse ordinary files on a busy machine. The slowest
 * ordinary file, a workbook of 1 MB, takes half a second. */
const CPU_MS = 5000;
/** Interval for reading the thread's CPU time. */
const WATCH_MS = 200;
/** Limit of a preview's wall-clock time, for a preview that uses no CPU time or prevents its CPU time from being read. */
const PREVIEW_MS = 20_000;
/** Limit of the wall-clock time for loading the thread, which takes a quarter of a second on an idle machine. */
const START_MS = 30_000;
/** Heap limits of the thread, 256 MB in total. */
const HEAP = { maxOldGenerationSizeMb: 224, maxYoungGenerationSizeMb: 32 };
/** Maximum number of previews that wait for the thread. The page requests the previews of up to eight files at the same time. */
const MAX_WAITING = 8;

export interface PreviewLimits {
  cpu_ms?: number;
  watch_ms?: number;
  heap?: typeof HEAP;
}

export interface Previewer {
  /**
   * @param disconnected aborts when the client has disconnected; this drops the preview if it is still waiting
   * @throws Problem too-many-previews, preview-stopped, and the problems of previewFile
   */
  preview(file: PreviewJob, disconnected: AbortSignal): Promise<Preview>;
  /** Terminates the thread together with its current preview. */
  close(): Promise<void>;
}

interface Thread {
  worker: Worker;
  ready: Promise<unknown>;
}

/** @param limits replaces the default limits in tests */
export function createPreviewer(limits: PreviewLimits = {}): Previewer {
  const oneAtATime = pLimit(1);
  const closing = new AbortController();
  let thread: Thread | undefined;

  const messageOf = async (worker: Worker, ...ends: AbortSignal[]): Promise<PreviewAnswer> => {
    const signal = AbortSignal.any([...ends, closing.signal]);
    // `once` also rejects when the thread emits an error.
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
      const watch = await limitCpuTime(worker, cpu_ms, limits.watch_ms);
      worker.postMessage(file);
      return await messageOf(worker, watch.signal, AbortSignal.timeout(PREVIEW_MS)).finally(watch.stop);
    } catch (error) {
      thread = undefined;
      await worker.terminate();
      throw closing.signal.aborted ? new Problem("not-ready", "The server is stopping.") : reasonOf(error, cpu_ms);
    }
  };
  return {
    async preview(file, disconnected) {
      if (oneAtATime.pendingCount >= MAX_WAITING) throw tooManyPreviews(MAX_WAITING);
      return oneAtATime(async () => {
        if (disconnected.aborted) throw new Problem("upload-interrupted", "The client closed the connection.");
        return previewOf(await run(file));
      });
    },
    async close() {
      closing.abort();
      await thread?.worker.terminate();
    },
  };
}

/** Returns a signal that aborts when the thread has used `cpuMs` of CPU time. */
async function limitCpuTime(
  worker: Worker,
  cpuMs: number,
  watchMs = WATCH_MS,
): Promise<{ signal: AbortSignal; stop: () => void }> {
  const exceeded = new AbortController();
  const before = await worker.cpuUsage();
  const timer = setInterval(() => {
    worker.cpuUsage(before).then(
      ({ user, system }) => {
        if ((user + system) / 1000 > cpuMs) exceeded.abort();
      },
      // Ignore the error: reading the CPU time fails if the thread has ended, and `messageOf` then reports the end of the thread.
      () => undefined,
    );
  }, watchMs);
  return {
    signal: exceeded.signal,
    stop: () => {
      clearInterval(timer);
    },
  };
}

export const tooManyPreviews = (limit: number): Problem =>
  new Problem(
    "too-many-previews",
    `Too many previews: ${limit} are already waiting. Try again in a few seconds, or import the file without a preview.`,
  );

/** Returns the problem for an error that ended the thread. Other errors are returned unchanged. */
function reasonOf(error: unknown, cpuMs: number): unknown {
  const { name, code } = error as NodeJS.ErrnoException;
  const isTimeout = name === "AbortError";
  if (!isTimeout && code !== "ERR_WORKER_OUT_OF_MEMORY") return error;
  const limit = isTimeout ? `${cpuMs / 1000} seconds` : "256 MB of memory";
  return new Problem(
    "preview-stopped",
    `The preview was stopped because it needs more than ${limit}. Check that this is the right file. Import the file without a preview, or save the table in it as a CSV file.`,
    { cause: error },
  );
}

function previewOf(answer: PreviewAnswer): Preview {
  switch (answer.kind) {
    case "preview":
      return answer.preview;
    case "problem":
      throw new Problem(answer.slug, answer.detail, { extra: answer.extra });
    case "error":
      throw new Error(answer.message, { cause: answer });
    case "ready":
      throw new Error("The preview thread sent no preview");
  }
}
