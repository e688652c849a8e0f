// The uploads that this browser has begun and that wait for their rest, as the server knows them.
import { computed, onScopeDispose, shallowReactive, watch } from "vue";
import { get_import, type ListedImport } from "../../../contract/imports/imports.ts";
import { Problem } from "../../../contract/problems.ts";
import { chooseFile } from "../../ui/choose-file.ts";
import { formatBytes } from "../../ui/format.ts";
import { publish, useLive, useStream } from "../../server/live.ts";
import { toast } from "../../server/toasts.ts";
import { ask, useConnection } from "../../server/use-connection.ts";
import { t } from "../../texts/t.ts";
import { claimUpload, SentElsewhere } from "./claim-upload.ts";
import { forgetUpload, isSameFile, unfinished, type Unfinished } from "./unfinished.ts";
import { useUploads } from "./use-uploads.ts";

export interface Waiting extends Unfinished {
  received: number;
  upload_expires_at: string | null;
}

/** What the server says of the imports of unfinished uploads. */
const imports = shallowReactive(new Map<number, ListedImport>());
const { uploads, resume } = useUploads();

export const waiting = computed<Waiting[]>(() =>
  unfinished.value.flatMap((one) => {
    const import_ = imports.get(one.import_id);
    const isSending = uploads.some(({ begun }) => begun?.upload_id === one.upload_id);
    if (import_?.state !== "paused" || isSending) return [];
    return [{ ...one, received: import_.received, upload_expires_at: import_.upload_expires_at }];
  }),
);

/** Called once, by what stands on every page. */
export function rememberUnfinished(): void {
  const stop = new AbortController();
  useLive("import", note);
  const look = (): void => void Promise.all(unfinished.value.map((one) => lookAt(one, stop.signal)));
  look();
  watch([useStream().gaps, useConnection().reconnects], look);
  onScopeDispose(() => {
    stop.abort();
  });
}

function note(import_: ListedImport): void {
  const { id, version, state } = import_;
  if (unfinished.value.every(({ import_id }) => import_id !== id)) return;
  if ((imports.get(id)?.version ?? 0) >= version) return;
  imports.set(id, import_);
  if (state === "paused" || state === "receiving") return;
  forgetUpload(id);
  imports.delete(id);
}

async function lookAt({ import_id }: Unfinished, signal: AbortSignal): Promise<void> {
  try {
    publish("import", await ask(get_import, { params: { id: import_id } }, { signal }));
  } catch (error) {
    if (error instanceof Problem && error.slug === "not-found") forgetUpload(import_id);
  }
}

/** Has the file chosen again and goes on with it. */
export async function resumeUpload(one: Waiting): Promise<void> {
  if (await isSentElsewhere(one)) return;
  const file = await chooseFile();
  if (file === null) return;
  if (await isSameFile(one, file)) resume(one, file);
  else
    toast({
      title: t("imports.unfinished.wrong_file", { name: one.name }),
      description: t("imports.unfinished.wrong_file_text", { name: one.name, size: formatBytes(one.size) }),
      tone: "warning",
    });
}

/** Asked before the file is chosen in vain. */
async function isSentElsewhere({ upload_id, name }: Waiting): Promise<boolean> {
  try {
    const release = await claimUpload(upload_id);
    release();
    return false;
  } catch (error) {
    if (!(error instanceof SentElsewhere)) throw error;
    toast({ title: name, description: error.message, tone: "warning" });
    return true;
  }
}
