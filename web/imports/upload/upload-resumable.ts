// Uploads a large file with tus. After a lost connection, the upload continues after the last byte that the server has received.
import type { Upload as TusUpload } from "tus-js-client";
import { watch } from "vue";
import { address } from "../../../client/address.ts";
import { failureOf, UnreachableError, parseJson } from "../../../client/answer.ts";
import { get_import, type Import } from "../../../contract/imports/imports.ts";
import { Problem } from "../../../contract/problems.ts";
import { create_upload, read_upload } from "../../../contract/imports/uploads.ts";
import { ask, reportLost, untilConnected, useConnection } from "../../server/use-connection.ts";
import { t } from "../../texts/t.ts";
import { claimUpload } from "./claim-upload.ts";
import { forgetUpload, fingerprintOf, rememberUpload, type Unfinished } from "./unfinished.ts";
import type { FileUpload } from "./upload-file.ts";

/** Maximum number of attempts without progress, after which the upload fails. While the server is unreachable, no attempts are made. */
const MAX_FAILED_ATTEMPTS = 5;
/** A connection that makes no progress for this time counts as lost. */
const STALLED_MS = 20_000;

export interface ResumableUpload extends FileUpload {
  /** The upload to resume, if the server has already created one. */
  resumable: Unfinished | undefined;
  onCreated: (resumable: Unfinished) => void;
}

/** @throws Problem, UploadedElsewhereError, or the signal's reason */
export async function uploadResumable(file: File, wanted: ResumableUpload): Promise<Import> {
  const { Upload } = await import("tus-js-client");
  const fingerprint = await fingerprintOf(file);
  let { resumable } = wanted;
  let release = resumable === undefined ? undefined : await claimUpload(resumable.upload_id);
  const upload = new Upload(file, {
    endpoint: address(create_upload, {}),
    uploadUrl: resumable === undefined ? null : address(read_upload, { params: { upload_id: resumable.upload_id } }),
    metadata: metadataOf(file.name, wanted.options),
    retryDelays: null, // `untilConnected` resumes when the server is back
    storeFingerprintForResuming: false,
    async onAfterResponse(request, response) {
      if (request.getMethod() !== create_upload.method || response.getStatus() !== 201) return;
      const { id } = parseJson(response.getBody()) as Import;
      const uploadId = response.getHeader("location")?.split("/").at(-1) ?? "";
      const { name, size, lastModified } = file;
      resumable = {
        import_id: id,
        upload_id: uploadId,
        name,
        size,
        last_modified: lastModified,
        fingerprint,
        options: wanted.options,
      };
      release = await claimUpload(uploadId);
      rememberUpload(resumable);
      wanted.onCreated(resumable);
    },
  });
  try {
    await sendWithRetries(upload, wanted);
  } finally {
    release?.();
  }
  return finishUpload(resumable);
}

async function sendWithRetries(upload: TusUpload, { signal, onProgress, onWaiting }: ResumableUpload): Promise<void> {
  let furthest = -1;
  for (let failedAttempts = 0; ; failedAttempts++) {
    // Without this, tus-js-client would start a new upload if the existing one is gone.
    if (upload.url !== null || (upload.options.uploadUrl ?? null) !== null) upload.options.endpoint = null;
    const fault = await attempt(upload, signal, (sent) => {
      if (sent > furthest) failedAttempts = 0;
      furthest = Math.max(furthest, sent);
      onProgress(sent);
    });
    if (fault === undefined || isGone(fault)) return;
    if (!isTransient(fault) || failedAttempts >= MAX_FAILED_ATTEMPTS) throw fault;
    onWaiting(true);
    reportLost();
    await untilConnected(signal);
    onWaiting(false);
  }
}

/** Sends until the upload is complete (returns undefined) or fails (returns the error).
 * @throws the signal's reason */
function attempt(
  upload: TusUpload,
  signal: AbortSignal,
  onProgress: (sent: number) => void,
): Promise<Error | undefined> {
  return new Promise((resolve, reject) => {
    let lastProgressMs = performance.now();
    let isAllSent = false;
    const guard = setInterval(() => {
      if (!isAllSent && performance.now() - lastProgressMs > STALLED_MS) onLost();
    }, 1_000);
    // Without a network, a request may hang for minutes.
    const stopWatching = watch(useConnection().online, (isOnline) => {
      if (!isOnline) onLost();
    });
    const end = (settle: () => void): void => {
      clearInterval(guard);
      stopWatching();
      signal.removeEventListener("abort", onAbort);
      settle();
    };
    const stop = (settle: () => void): void => {
      void upload.abort();
      end(settle);
    };
    const onLost = (): void => {
      stop(() => {
        resolve(new UnreachableError(t("imports.upload.interrupted")));
      });
    };
    const onAbort = (): void => {
      stop(() => {
        reject(signal.reason as Error);
      });
    };
    if (signal.aborted) {
      onAbort();
      return;
    }
    signal.addEventListener("abort", onAbort);
    upload.options.onProgress = (sent, size) => {
      lastProgressMs = performance.now();
      isAllSent = sent === size;
      onProgress(sent);
    };
    upload.options.onSuccess = () => {
      end(() => {
        resolve(undefined);
      });
    };
    upload.options.onError = (error) => {
      end(() => {
        resolve(errorFrom(error));
      });
    };
    upload.start();
  });
}

function errorFrom(error: Error): Error {
  const response =
    "originalResponse" in error ? (error.originalResponse as { getStatus(): number; getBody(): string } | null) : null;
  // No response, or one without a status: the server is unreachable.
  if (response === null || response.getStatus() === 0)
    return new UnreachableError(t("imports.upload.interrupted"), { cause: error });
  if (response.getStatus() === 410 || response.getStatus() === 404)
    return new Problem("upload-gone", t("imports.upload.gone"));
  return failureOf(response.getStatus(), response.getBody());
}

/** Whether the upload was cancelled or has expired. The state of its import shows which. */
const isGone = (fault: Error): boolean => fault instanceof Problem && fault.slug === "upload-gone";

const TRANSIENT_PROBLEMS: ReadonlySet<string> = new Set([
  "upload-offset",
  "upload-interrupted",
  "not-ready",
  "request-timeout",
  "too-many-files",
]);
const isTransient = (fault: Error): boolean =>
  fault instanceof Problem ? TRANSIENT_PROBLEMS.has(fault.slug) : fault instanceof UnreachableError;

async function finishUpload(resumable: Unfinished | undefined): Promise<Import> {
  if (resumable === undefined) throw new UnreachableError(t("imports.upload.interrupted"));
  forgetUpload(resumable.import_id);
  return ask(get_import, { params: { id: resumable.import_id } });
}

const metadataOf = (filename: string, options: ResumableUpload["options"]): Record<string, string> =>
  Object.fromEntries(
    Object.entries({ ...options, filename }).map(([name, value]) => [
      name,
      typeof value === "string" ? value : JSON.stringify(value),
    ]),
  );
