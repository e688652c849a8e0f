// The paused uploads of this browser, with their current state on the server.
import { computed, onScopeDispose, shallowReactive, watch } from "vue";
import { get_import, type ListedImport } from "../../../contract/imports/imports.ts";
import { Problem } from "../../../contract/problems.ts";
import { chooseFile } from "../../ui/choose-file.ts";
import { formatBytes } from "../../ui/format.ts";
import { publish, useLive, useStream } from "../../server/live.ts";
import { toast } from "../../server/toasts.ts";
import { ask, useConnection } from "../../server/use-connection.ts";
import { t } from "../../texts/t.ts";
import { claimUpload, UploadedElsewhereError } from "./claim-upload.ts";
import { forgetUpload, isSameFile, unfinished, type Unfinished } from "./unfinished.ts";
import { useUploads } from "./use-uploads.ts";
import { errorText } from "../../server/problem-words.ts";

export interface PausedUpload extends Unfinished {
  received: number;
  upload_expires_at: string | null;
}

/** Imports of unfinished uploads, by id. */
const imports = shallowReactive(new Map<number, ListedImport>());
const { uploads, resume } = useUploads();

export const pausedUploads = computed<PausedUpload[]>(() =>
  unfinished.value.flatMap((upload) => {
    const import_ = imports.get(upload.import_id);
    const isSending = uploads.some(({ resumable }) => resumable?.upload_id === upload.upload_id);
    if (import_?.state !== "paused" || isSending) return [];
    return [{ ...upload, received: import_.received, upload_expires_at: import_.upload_expires_at }];
  }),
);

/** Keeps the states of unfinished uploads current. Call it once, from a component that is on every page. */
export function trackUnfinishedUploads(): void {
  const stop = new AbortController();
  useLive("import", updateImport);
  const refreshAll = (): void => void Promise.all(unfinished.value.map((upload) => refreshImport(upload, stop.signal)));
  refreshAll();
  watch([useStream().gaps, useConnection().reconnects], refreshAll);
  onScopeDispose(() => {
    stop.abort();
  });
}

function updateImport(import_: ListedImport): void {
  const { id, version, state } = import_;
  if (unfinished.value.every(({ import_id }) => import_id !== id)) return;
  if ((imports.get(id)?.version ?? 0) >= version) return;
  imports.set(id, import_);
  if (state === "paused" || state === "receiving") return;
  forgetUpload(id);
  imports.delete(id);
}

async function refreshImport({ import_id }: Unfinished, signal: AbortSignal): Promise<void> {
  try {
    publish("import", await ask(get_import, { params: { id: import_id } }, { signal }));
  } catch (error) {
    if (error instanceof Problem && error.slug === "not-found") forgetUpload(import_id);
  }
}

/** Asks the user to choose the file again and continues its upload. */
export async function resumeUpload(upload: PausedUpload): Promise<void> {
  if (await isUploadedElsewhere(upload)) return;
  const file = await chooseFile();
  if (file === null) return;
  if (await isSameFile(upload, file)) resume(upload, file);
  else
    toast({
      title: t("imports.unfinished.wrong_file", { name: upload.name }),
      description: t("imports.unfinished.wrong_file_text", { name: upload.name, size: formatBytes(upload.size) }),
      tone: "warning",
    });
}

/** Whether another tab is sending the upload. Checked before the user is asked to choose the file. */
async function isUploadedElsewhere({ upload_id, name }: PausedUpload): Promise<boolean> {
  try {
    const release = await claimUpload(upload_id);
    release();
    return false;
  } catch (error) {
    if (!(error instanceof UploadedElsewhereError)) throw error;
    toast({ title: name, description: errorText(error), tone: "warning" });
    return true;
  }
}
