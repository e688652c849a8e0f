// The thread that makes previews, one at a time. preview-in-thread.ts starts it, and terminates it when a preview takes too long.
import { enableCompileCache, flushCompileCache } from "node:module";
import { parentPort, workerData } from "node:worker_threads";
import type { ImportOptions, Preview } from "../../../contract/imports/imports.ts";
import type { PreviewProfiles } from "./profiled-head.ts";
import type { ProblemSlug } from "../../../contract/problems.ts";

export interface PreviewThreadData {
  /** Folder of the process's compile cache. A thread does not inherit the cache. Without the cache, it would load the compiler
   * that strips types. */
  compile_cache: string | undefined;
}

export interface PreviewJob {
  bytes: Uint8Array;
  is_whole: boolean;
  options: ImportOptions;
  profiles?: PreviewProfiles;
}

/** The thread's messages. Errors are sent as plain objects, because they lose their class between threads. */
export type PreviewAnswer =
  | { kind: "ready" }
  | { kind: "preview"; preview: Preview }
  | { kind: "problem"; slug: ProblemSlug; detail: string; extra: Record<string, unknown> }
  | { kind: "error"; message: string; stack: string | undefined };

const { compile_cache } = workerData as PreviewThreadData;
if (compile_cache !== undefined) enableCompileCache(compile_cache);
const [{ previewFile }, { Problem }] = await Promise.all([
  import("./preview.ts"),
  import("../../../contract/problems.ts"),
]);

async function answer({ bytes, is_whole, options, profiles }: PreviewJob): Promise<PreviewAnswer> {
  try {
    const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return { kind: "preview", preview: await previewFile(file, is_whole, options, profiles) };
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
