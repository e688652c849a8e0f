// Sends a large File so that a cut line costs nothing: it goes on at the byte that the server has, as soon as the server is back.
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
import { forgetUpload, markOf, remember, type Unfinished } from "./unfinished.ts";
import type { FileUpload } from "./upload-file.ts";

/** So often nothing at all gets through, although the server answers, before it is called a failure. */
const VAIN_ATTEMPTS = 5;
/** A line on which nothing goes for so long is dead. */
const STALLED_MS = 20_000;

export interface PartsUpload extends FileUpload {
  /** What to go on with. */
  begun: Unfinished | undefined;
  onBegun: (begun: Unfinished) => void;
  /** The line is cut, or is back. */
  onWaiting: (waiting: boolean) => void;
}

/** Throws a Problem, SentElsewhere, or the signal's reason. */
export async function uploadInParts(file: File, wanted: PartsUpload): Promise<Import> {
  const { Upload } = await import("tus-js-client");
  const mark = await markOf(file);
  let { begun } = wanted;
  let release = begun === undefined ? undefined : await claimUpload(begun.upload_id);
  const upload = new Upload(file, {
    endpoint: address(create_upload, {}),
    uploadUrl: begun === undefined ? null : address(read_upload, { params: { upload_id: begun.upload_id } }),
    metadata: metadataOf(file.name, wanted.options),
    retryDelays: null, // `untilConnected` knows better than a clock
    storeFingerprintForResuming: false,
    async onAfterResponse(request, response) {
      if (request.getMethod() !== create_upload.method || response.getStatus() !== 201) return;
      const { id } = parseJson(response.getBody()) as Import;
      const uploadId = response.getHeader("location")?.split("/").at(-1) ?? "";
      const { name, size, lastModified } = file;
      begun = {
        import_id: id,
        upload_id: uploadId,
        name,
        size,
        last_modified: lastModified,
        mark,
        options: wanted.options,
      };
      release = await claimUpload(uploadId);
      remember(begun);
      wanted.onBegun(begun);
    },
  });
  try {
    await sendAll(upload, wanted);
  } finally {
    release?.();
  }
  return concluded(begun);
}

async function sendAll(upload: TusUpload, { signal, onProgress, onWaiting }: PartsUpload): Promise<void> {
  let furthest = -1;
  for (let vain = 0; ; vain++) {
    // Once there is an upload, one that is gone must not begin anew by itself.
    if (upload.url !== null || (upload.options.uploadUrl ?? null) !== null) upload.options.endpoint = null;
    const fault = await attempt(upload, signal, (sent) => {
      if (sent > furthest) vain = 0;
      furthest = Math.max(furthest, sent);
      onProgress(sent);
    });
    if (fault === undefined || isGone(fault)) return;
    if (!isCut(fault) || vain >= VAIN_ATTEMPTS) throw fault;
    onWaiting(true);
    reportLost();
    await untilConnected(signal);
    onWaiting(false);
  }
}

/** One go: until all is sent, or the line is cut. Throws the signal's reason. */
function attempt(
  upload: TusUpload,
  signal: AbortSignal,
  onProgress: (sent: number) => void,
): Promise<Error | undefined> {
  return new Promise((resolve, reject) => {
    let moved = performance.now();
    let isAllSent = false;
    const guard = setInterval(() => {
      if (!isAllSent && performance.now() - moved > STALLED_MS) onCut();
    }, 1_000);
    // A machine without a network may let a request hang for minutes.
    const stopWatching = watch(useConnection().online, (isOnline) => {
      if (!isOnline) onCut();
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
    const onCut = (): void => {
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
      moved = performance.now();
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
        resolve(faultOf(error));
      });
    };
    upload.start();
  });
}

function faultOf(error: Error): Error {
  const response =
    "originalResponse" in error ? (error.originalResponse as { getStatus(): number; getBody(): string } | null) : null;
  // An answer without a body is one to HEAD.
  if (response === null || response.getStatus() === 0)
    return new UnreachableError(t("imports.upload.interrupted"), { cause: error });
  if (response.getStatus() === 410 || response.getStatus() === 404)
    return new Problem("upload-gone", t("imports.upload.gone"));
  return failureOf(response.getStatus(), response.getBody());
}

/** Somebody cancelled it: the import says so itself. */
const isGone = (fault: Error): boolean => fault instanceof Problem && fault.slug === "upload-gone";

const PASSING: ReadonlySet<string> = new Set([
  "upload-offset",
  "upload-interrupted",
  "not-ready",
  "request-timeout",
  "too-many-files",
]);
const isCut = (fault: Error): boolean =>
  fault instanceof Problem ? PASSING.has(fault.slug) : fault instanceof UnreachableError;

async function concluded(begun: Unfinished | undefined): Promise<Import> {
  if (begun === undefined) throw new UnreachableError(t("imports.upload.interrupted"));
  forgetUpload(begun.import_id);
  return ask(get_import, { params: { id: begun.import_id } });
}

const metadataOf = (filename: string, options: PartsUpload["options"]): Record<string, string> =>
  Object.fromEntries(Object.entries({ ...options, filename }).map(([name, value]) => [name, String(value)]));
