// Sends a File from the browser. XMLHttpRequest, because fetch tells nothing about how much has been sent.
import { address } from "../../client/address.ts";
import { failureOf, NoAnswer, parseJson } from "../../client/answer.ts";
import { create_import, type Import } from "../../contract/imports.ts";
import { t } from "../texts/t.ts";
import type { optionsOf } from "./import-form.ts";

export interface FileUpload {
  options: ReturnType<typeof optionsOf>;
  signal: AbortSignal;
  onProgress: (sent: number) => void;
}

/** Throws a Problem, a NoAnswer, or the signal's reason. */
export function uploadFile(file: File, { options, signal, onProgress }: FileUpload): Promise<Import> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(create_import.method, address(create_import, { querystring: { ...options, filename: file.name } }));
    request.setRequestHeader("content-type", "application/octet-stream");
    request.upload.addEventListener("progress", (event) => {
      onProgress(event.loaded);
    });
    request.addEventListener("load", () => {
      const answer = request.status === 201 ? parseJson(request.responseText) : undefined;
      if (answer === undefined) reject(failureOf(request.status, request.responseText));
      else resolve(answer as Import);
    });
    request.addEventListener("error", () => {
      reject(new NoAnswer(t("imports.upload.broke")));
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
