// The thread that makes previews, one at a time. preview-in-thread.ts starts it, and terminates it when a preview takes too long.
import { enableCompileCache, flushCompileCache } from "node:module";
import { parentPort, workerData } from "node:worker_threads";
import type { GivenOptions, Preview } from "../../../contract/imports/imports.ts";
import type { PreviewContext, PreviewSource } from "./profiled-head.ts";
import type { ProblemSlug } from "../../../contract/problems.ts";

export interface PreviewThreadData {
  /**
   * Folder of the process's compile cache. A thread does not inherit the cache. Without the cache, the thread would load the compiler that
   * strips types.
   */
  compile_cache: string | undefined;
}

export interface PreviewJob {
  source: PreviewSource;
  options: GivenOptions;
  /** `shown` is the maximum number of products and rejects in the preview. */
  context?: PreviewContext & { shown?: number };
}

/** The thread's messages. Errors are sent as plain objects, because they lose their class between threads. */
export type PreviewAnswer =
  | { kind: "ready" }
  | { kind: "preview"; preview: Preview }
  | { kind: "problem"; slug: ProblemSlug; detail: string; extra: Record<string, unknown> }
  | { kind: "error"; message: string; stack: string | undefined };

const { compile_cache } = workerData as PreviewThreadData;
if (compile_cache !== undefined) enableCompileCache(compile_cache);
const [{ previewSource }, { Problem }] = await Promise.all([
  import("./preview.ts"),
  import("../../../contract/problems.ts"),
]);

async function answer({ source, options, context }: PreviewJob): Promise<PreviewAnswer> {
  try {
    return { kind: "preview", preview: await previewSource(source, options, context) };
  } catch (error) {
    if (error instanceof Problem)
      return { kind: "problem", slug: error.slug, detail: error.message, extra: error.extra };
    const { message, stack } = error instanceof Error ? error : new Error(String(error));
    return { kind: "error", message, stack };
  }
}

const send = (message: PreviewAnswer): void => parentPort?.postMessage(message);
parentPort?.on("message", (job: PreviewJob) => {
  void answer(job).then(send);
});
flushCompileCache();
send({ kind: "ready" });
