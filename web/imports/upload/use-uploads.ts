// The queue of uploads, sent one after the other. It belongs to the tab: uploads continue while the user visits other pages, and wait
// while the connection is lost.
import { computed, reactive, readonly, shallowRef } from "vue";
import { UnreachableError } from "../../../client/answer.ts";
import { get_import, isTerminal, type Import } from "../../../contract/imports/imports.ts";
import { discard_upload, TUS_VERSION } from "../../../contract/imports/uploads.ts";
import { trackStarted } from "../../server/running.ts";
import { toastError } from "../../server/toasts.ts";
import { ask } from "../../server/use-connection.ts";
import { UploadedElsewhereError } from "./claim-upload.ts";
import type { optionsOf } from "../options/import-form.ts";
import { forgetUpload, isSameFile, unfinished, type Unfinished } from "./unfinished.ts";
import { uploadInOneRequest } from "./upload-file.ts";
import { uploadResumable } from "./upload-resumable.ts";
import { inImportOrder } from "../preview/file-order.ts";
import { assignPreview, loadPreview } from "../preview/use-preview.ts";
import { resolveRefusal } from "../../server/identity/refusals.ts";

export interface Upload {
  key: number;
  file: File;
  options: ReturnType<typeof optionsOf>;
  sent: number;
  /** `offline`: the connection is lost; the upload continues when the connection is back. */
  state: "waiting" | "sending" | "offline" | "failed";
  error: Error | null;
  /** Set once the server has created a resumable upload for the file. */
  resumable: Unfinished | undefined;
  /** Whether the upload waits for the end of the import before it: both files were chosen together, and may change the same products. */
  follows: boolean;
}

/** Minimum size for a resumable upload. It is faster to send a smaller file again than to resume its upload. */
const RESUMABLE_FROM_BYTES = 8_000_000;

const uploads = reactive<Upload[]>([]);
/** The import of the last finished upload, and whether several files were in the queue. */
const latest = shallowRef<{ import_: Import; is_one_of_several: boolean } | null>(null);
const stops = new Map<number, AbortController>();
let nextKey = 1;
let isWorking = false;
/** Number of files sent since the queue was last empty. */
let sentSinceIdle = 0;
/** How often to ask whether the import before a file has ended, in milliseconds. */
const ASK_EVERY_MS = 300;

export function useUploads() {
  const isUploading = computed(() => uploads.some(({ state }) => state !== "failed"));
  return {
    uploads: readonly(uploads),
    latest: readonly(latest),
    under_way: isUploading,
    add,
    resume,
    retry,
    remove,
    sendAgain,
  };
}

/** Adds files to the queue. If there is an unfinished upload of the same file with the same options, resumes it. By default, the import of
 * a file with an unknown layout is held until the user has checked its columns. The option `review` overrides this default. Files that are
 * added together are imported one after another. */
function add(files: File[], given: Upload["options"]): void {
  const options = { review: "unknown" as const, ...given };
  void (async () => {
    for (const [i, file] of (await inImportOrder(files, options)).entries())
      push(file, options, await findUnfinished(file, options), i > 0);
    await work();
  })();
}

function resume(resumable: Unfinished, file: File): void {
  push(file, resumable.options, resumable);
  void work();
}

function push(file: File, options: Upload["options"], resumable: Unfinished | undefined, follows = false): void {
  const key = nextKey++;
  uploads.push({ key, file, options, sent: 0, state: "waiting", error: null, resumable, follows });
  void loadPreview(key, file, options);
}

async function findUnfinished(file: File, options: Upload["options"]): Promise<Unfinished | undefined> {
  for (const candidate of unfinished.value) {
    const isSending = uploads.some(({ resumable }) => resumable?.upload_id === candidate.upload_id);
    const hasSameOptions = JSON.stringify(candidate.options) === JSON.stringify(options);
    if (!isSending && hasSameOptions && (await isSameFile(candidate, file))) return candidate;
  }
  return undefined;
}

function retry(key: number): void {
  const upload = uploads.find((candidate) => candidate.key === key);
  if (!upload) return;
  Object.assign(upload, { state: "waiting", sent: 0, error: null });
  void work();
}

/** Uploads the file again from the start, with other options. */
function sendAgain(key: number, options: Upload["options"]): void {
  const file = uploads.find((candidate) => candidate.key === key)?.file;
  if (file === undefined) return;
  remove(key);
  add([file], options);
}

/** Ends the upload for good: the server deletes the received bytes, unless another tab is sending the file. */
function remove(key: number): void {
  const index = uploads.findIndex((candidate) => candidate.key === key);
  stops.get(key)?.abort();
  const [upload] = index === -1 ? [] : uploads.splice(index, 1);
  if (upload?.resumable !== undefined && !(upload.error instanceof UploadedElsewhereError))
    void discard(upload.resumable);
}

/** Deletes an unfinished upload; the server cancels its import. */
export async function discard({ upload_id, import_id }: Unfinished): Promise<void> {
  forgetUpload(import_id);
  try {
    await ask(discard_upload, { params: { upload_id } }, { headers: { "tus-resumable": TUS_VERSION } });
  } catch (error) {
    toastError(error);
  }
}

async function work(): Promise<void> {
  if (isWorking) return;
  isWorking = true;
  sentSinceIdle = 0;
  for (;;) {
    const upload = uploads.find(({ state }) => state === "waiting");
    if (!upload) break;
    if (upload.follows) await untilOver(latest.value?.import_.id);
    // The user may have removed the upload while it was waiting.
    if (uploads.includes(upload)) await send(upload);
  }
  isWorking = false;
}

/** Resolves when the import has ended or waits for an answer of the user, or when the server refuses to return it. While the server is
 * unreachable, the function keeps asking. */
async function untilOver(id: number | undefined): Promise<void> {
  for (let isOver = id === undefined; !isOver;) {
    const import_ = await ask(get_import, { params: { id } }).catch((error: unknown) =>
      error instanceof UnreachableError ? undefined : null,
    );
    if (import_ !== undefined) isOver = import_ === null || import_.state === "held" || isTerminal(import_.state);
    if (!isOver) await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
  }
}

async function send(upload: Upload): Promise<void> {
  const stop = new AbortController();
  stops.set(upload.key, stop);
  upload.state = "sending";
  try {
    const import_ = await sendFile(upload, stop.signal);
    upload.resumable = undefined;
    assignPreview(upload.key, import_.id);
    remove(upload.key);
    trackStarted({ kind: "import", record: import_ });
    sentSinceIdle += 1;
    latest.value = {
      import_,
      is_one_of_several: sentSinceIdle > 1 || uploads.some(({ state }) => state === "waiting"),
    };
  } catch (error) {
    void resolveRefusal(error);
    if (!stop.signal.aborted) Object.assign(upload, { state: "failed", error });
  } finally {
    stops.delete(upload.key);
  }
}

function sendFile(upload: Upload, signal: AbortSignal): Promise<Import> {
  const { file, options } = upload;
  const wanted = {
    options,
    signal,
    onProgress: (sent: number) => (upload.sent = sent),
    onWaiting: (waiting: boolean) => (upload.state = waiting ? "offline" : "sending"),
  };
  if (file.size < RESUMABLE_FROM_BYTES) return uploadInOneRequest(file, wanted);
  return uploadResumable(file, {
    ...wanted,
    resumable: upload.resumable,
    onCreated: (resumable) => (upload.resumable = resumable),
  });
}
