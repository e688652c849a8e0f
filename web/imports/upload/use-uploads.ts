// The files on their way to the server, one after the other. Kept for the whole page: an upload goes on while the reader
// looks at something else, and waits where the line is cut.
import { computed, reactive, readonly, shallowRef } from "vue";
import type { Import } from "../../../contract/imports/imports.ts";
import { discard_upload, TUS_VERSION } from "../../../contract/imports/uploads.ts";
import { trackStarted } from "../../server/running.ts";
import { toastError } from "../../server/toasts.ts";
import { ask } from "../../server/use-connection.ts";
import { SentElsewhere } from "./claim-upload.ts";
import type { optionsOf } from "../options/import-form.ts";
import { forgetUpload, isSameFile, unfinished, type Unfinished } from "./unfinished.ts";
import { uploadAtOnce } from "./upload-file.ts";
import { uploadInParts } from "./upload-parts.ts";
import { handPreview, lookAt } from "../preview/use-preview.ts";

export interface Upload {
  key: number;
  file: File;
  options: ReturnType<typeof optionsOf>;
  sent: number;
  /** `offline`: the line is cut; it goes on when it is back. */
  state: "waiting" | "sending" | "offline" | "failed";
  error: Error | null;
  /** What the server knows of it, where the file goes in parts. */
  begun: Unfinished | undefined;
}

/** A smaller file is sent again sooner than asked about. */
const PARTS_FROM_BYTES = 8_000_000;

const uploads = reactive<Upload[]>([]);
/** The import that the newest finished upload became, and whether it was one of several files. */
const latest = shallowRef<{ import_: Import; is_one_of_several: boolean } | null>(null);
const stops = new Map<number, AbortController>();
let nextKey = 1;
let working = false;
/** Files sent since the queue was empty. */
let sentInARow = 0;

export function useUploads() {
  const underWay = computed(() => uploads.some(({ state }) => state !== "failed"));
  return {
    uploads: readonly(uploads),
    latest: readonly(latest),
    under_way: underWay,
    add,
    resume,
    retry,
    remove,
    sendAgain,
  };
}

/** One that was begun before goes on, if it is to be read the same way. */
function add(files: File[], options: Upload["options"]): void {
  void (async () => {
    for (const file of files) push(file, options, await begunBefore(file, options));
    await work();
  })();
}

function resume(begun: Unfinished, file: File): void {
  push(file, begun.options, begun);
  void work();
}

function push(file: File, options: Upload["options"], begun: Unfinished | undefined): void {
  const key = nextKey++;
  uploads.push({ key, file, options, sent: 0, state: "waiting", error: null, begun });
  void lookAt(key, file, options);
}

async function begunBefore(file: File, options: Upload["options"]): Promise<Unfinished | undefined> {
  for (const one of unfinished.value) {
    const isSending = uploads.some(({ begun }) => begun?.upload_id === one.upload_id);
    const isMeantSo = JSON.stringify(one.options) === JSON.stringify(options);
    if (!isSending && isMeantSo && (await isSameFile(one, file))) return one;
  }
  return undefined;
}

function retry(key: number): void {
  const upload = uploads.find((candidate) => candidate.key === key);
  if (!upload) return;
  Object.assign(upload, { state: "waiting", sent: 0, error: null });
  void work();
}

/** From the start, to be read in another way. */
function sendAgain(key: number, options: Upload["options"]): void {
  const file = uploads.find((candidate) => candidate.key === key)?.file;
  if (file === undefined) return;
  remove(key);
  add([file], options);
}

/** Stops it where it is being sent, for good: the server keeps nothing of the file, unless another tab is sending it. */
function remove(key: number): void {
  const index = uploads.findIndex((candidate) => candidate.key === key);
  stops.get(key)?.abort();
  const [upload] = index === -1 ? [] : uploads.splice(index, 1);
  if (upload?.begun !== undefined && !(upload.error instanceof SentElsewhere)) void discard(upload.begun);
}

/** Gives an upload up that was begun; its import is cancelled. */
export async function discard({ upload_id, import_id }: Unfinished): Promise<void> {
  forgetUpload(import_id);
  try {
    await ask(discard_upload, { params: { upload_id } }, { headers: { "tus-resumable": TUS_VERSION } });
  } catch (error) {
    toastError(error);
  }
}

async function work(): Promise<void> {
  if (working) return;
  working = true;
  sentInARow = 0;
  for (;;) {
    const upload = uploads.find(({ state }) => state === "waiting");
    if (!upload) break;
    await send(upload);
  }
  working = false;
}

async function send(upload: Upload): Promise<void> {
  const stop = new AbortController();
  stops.set(upload.key, stop);
  upload.state = "sending";
  try {
    const import_ = await sendFile(upload, stop.signal);
    upload.begun = undefined;
    handPreview(upload.key, import_.id);
    remove(upload.key);
    trackStarted({ kind: "import", record: import_ });
    sentInARow += 1;
    latest.value = {
      import_,
      is_one_of_several: sentInARow > 1 || uploads.some(({ state }) => state === "waiting"),
    };
  } catch (error) {
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
  if (file.size < PARTS_FROM_BYTES) return uploadAtOnce(file, wanted);
  return uploadInParts(file, { ...wanted, begun: upload.begun, onBegun: (begun) => (upload.begun = begun) });
}
