// Uploads a file in one request. Uses XMLHttpRequest because fetch does not report upload progress.
import { address } from "../../../client/address.ts";
import { failureOf, UnreachableError, parseJson } from "../../../client/answer.ts";
import { create_import, type Import } from "../../../contract/imports/imports.ts";
import { Problem } from "../../../contract/problems.ts";
import { reportLost, untilConnected } from "../../server/use-connection.ts";
import { t } from "../../texts/t.ts";
import type { optionsOf } from "../options/import-form.ts";

export interface FileUpload {
  options: ReturnType<typeof optionsOf>;
  signal: AbortSignal;
  onProgress: (sent: number) => void;
  /** Called with true when the connection is lost, and with false when it is back. */
  onWaiting: (waiting: boolean) => void;
}

/** Number of times that the file is sent again after a lost connection, before the upload fails. */
const MAX_FAILED_ATTEMPTS = 3;
/** Problems that resolve themselves: the server is still processing the interrupted request, or is receiving too many other
 * files. */
const RETRIED_PROBLEMS: ReadonlySet<string> = new Set(["request-running", "too-many-files"]);
const RETRY_DELAY_MS = 1_000;

/** Uploads a file. If the connection is lost, sends the file again as soon as the server is back; the idempotency key prevents a
 * second import.
 * @throws Problem, UnreachableError, or the signal's reason */
export async function uploadInOneRequest(file: File, wanted: FileUpload): Promise<Import> {
  const key = crypto.randomUUID();
  for (let failedAttempts = 0; ; failedAttempts++) {
    try {
      return await sendOnce(file, key, wanted);
    } catch (error) {
      if (error instanceof Problem && RETRIED_PROBLEMS.has(error.slug)) {
        await new Promise((resolve) => setTimeout(resolve, RETRY_DELAY_MS));
        wanted.signal.throwIfAborted();
        failedAttempts = 0;
        continue;
      }
      if (!(error instanceof UnreachableError) || error.status !== undefined || failedAttempts >= MAX_FAILED_ATTEMPTS)
        throw error;
      wanted.onWaiting(true);
      reportLost();
      await untilConnected(wanted.signal);
      wanted.onWaiting(false);
    }
  }
}

function sendOnce(file: File, key: string, { options, signal, onProgress }: FileUpload): Promise<Import> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(create_import.method, address(create_import, { querystring: { ...options, filename: file.name } }));
    request.setRequestHeader("content-type", "application/octet-stream");
    request.setRequestHeader("idempotency-key", key);
    request.upload.addEventListener("progress", (event) => {
      onProgress(event.loaded);
    });
    request.addEventListener("load", () => {
      const answer = request.status === 201 ? parseJson(request.responseText) : undefined;
      if (answer === undefined) reject(failureOf(request.status, request.responseText));
      else resolve(answer as Import);
    });
    request.addEventListener("error", () => {
      reject(new UnreachableError(t("imports.upload.interrupted")));
    });
    request.addEventListener("abort", () => {
      reject(signal.reason as Error);
    });
    signal.addEventListener("abort", () => {
      request.abort();
    });
    request.send(file);
  });
}
