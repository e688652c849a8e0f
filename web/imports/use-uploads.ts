// The files on their way to the server, one after the other. Kept for the whole page: an upload goes on while the reader
// looks at something else.
import { computed, reactive, readonly, shallowRef } from "vue";
import type { Import } from "../../contract/imports.ts";
import { NoAnswer } from "../../client/answer.ts";
import { noteStarted } from "../kit/running.ts";
import { reportLost } from "../kit/use-connection.ts";
import type { optionsOf } from "./import-form.ts";
import { uploadFile } from "./upload-file.ts";

export interface Upload {
  key: number;
  file: File;
  options: ReturnType<typeof optionsOf>;
  sent: number;
  state: "waiting" | "sending" | "failed";
  error: Error | null;
}

const uploads = reactive<Upload[]>([]);
/** The import that the newest finished upload became, and whether it was one of several files. */
const latest = shallowRef<{ import_: Import; is_one_of_several: boolean } | null>(null);
const stops = new Map<number, AbortController>();
let next_key = 1;
let working = false;
/** Files sent since the queue was empty. */
let sent_in_a_row = 0;

export function useUploads() {
  const under_way = computed(() => uploads.some(({ state }) => state !== "failed"));
  return { uploads: readonly(uploads), latest: readonly(latest), under_way, add, retry, remove };
}

function add(files: File[], options: Upload["options"]): void {
  for (const file of files) {
    uploads.push({ key: next_key++, file, options, sent: 0, state: "waiting", error: null });
  }
  void work();
}

function retry(key: number): void {
  const upload = uploads.find((candidate) => candidate.key === key);
  if (!upload) return;
  Object.assign(upload, { state: "waiting", sent: 0, error: null });
  void work();
}

/** Stops it where it is being sent; the server then keeps nothing of it but a failed import. */
function remove(key: number): void {
  stops.get(key)?.abort();
  const index = uploads.findIndex((candidate) => candidate.key === key);
  if (index !== -1) uploads.splice(index, 1);
}

async function work(): Promise<void> {
  if (working) return;
  working = true;
  sent_in_a_row = 0;
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
    const import_ = await uploadFile(upload.file, {
      options: upload.options,
      signal: stop.signal,
      onProgress: (sent) => (upload.sent = sent),
    });
    remove(upload.key);
    noteStarted({ kind: "import", record: import_ });
    sent_in_a_row += 1;
    latest.value = {
      import_,
      is_one_of_several: sent_in_a_row > 1 || uploads.some(({ state }) => state === "waiting"),
    };
  } catch (error) {
    if (stop.signal.aborted) return;
    if (error instanceof NoAnswer && error.status === undefined) reportLost();
    Object.assign(upload, { state: "failed", error });
  } finally {
    stops.delete(upload.key);
  }
}
