// Sends a File from the browser in one request. XMLHttpRequest, because fetch tells nothing about how much has been sent.
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
  /** The line is cut, or is back. */
  onWaiting: (waiting: boolean) => void;
}

/** So often the server answers, yet the upload breaks, before that is called a failure. */
const VAIN_ATTEMPTS = 3;
/** The first request may still be at work when the second comes; other files may arrive. */
const BUSY: ReadonlySet<string> = new Set(["request-running", "too-many-files"]);
const BUSY_PAUSE_MS = 1_000;

/** Again from the start as soon as the server is back, should the line be cut: the key makes it one import all the same.
 * Throws a Problem, a NoAnswer, or the signal's reason. */
export async function uploadAtOnce(file: File, wanted: FileUpload): Promise<Import> {
  const key = crypto.randomUUID();
  for (let vain = 0; ; vain++) {
    try {
      return await sendOnce(file, key, wanted);
    } catch (error) {
      if (error instanceof Problem && BUSY.has(error.slug)) {
        await new Promise((resolve) => setTimeout(resolve, BUSY_PAUSE_MS));
        wanted.signal.throwIfAborted();
        vain = 0;
        continue;
      }
      if (!(error instanceof UnreachableError) || error.status !== undefined || vain >= VAIN_ATTEMPTS) throw error;
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
