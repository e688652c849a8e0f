// Problems of resumable uploads.
import { Problem } from "../../../../contract/problems.ts";

/** Number of hours in which an interrupted upload can be resumed. */
export const KEPT_HOURS = 24;

export const unknownUpload = (): Problem =>
  new Problem("not-found", "The server does not know this upload. Start the upload again from the beginning.");

export const uploadGone = (filename: string): Problem =>
  new Problem(
    "upload-gone",
    `The upload of "${filename}" was cancelled or has failed. Start it again from the beginning.`,
  );

/** @param limit maximum number of unfinished uploads of the client */
export const evicted = (filename: string, limit: number): Problem =>
  new Problem(
    "too-many-uploads",
    `The upload of "${filename}" was ended to make space for a newer upload of the same client. A client can have at most ${limit.toString()} unfinished uploads and a limited number of bytes; the upload that was inactive for longest ends first. Upload the file again.`,
  );

export const tooManyUploads = (limit: number): Problem =>
  new Problem(
    "too-many-uploads",
    `There are already ${limit.toLocaleString("en")} unfinished uploads of all clients together, which is the limit. Finish or discard some of them before you start another.`,
  );

export const expired = (filename: string): Problem =>
  new Problem(
    "upload-interrupted",
    `The upload of "${filename}" was interrupted and not resumed within ${KEPT_HOURS.toString()} hours, so nothing was imported. Upload the file again.`,
  );

export const wrongOffset = (given: number, stored: number): Problem =>
  new Problem(
    "upload-offset",
    `The request starts at byte ${given.toString()}, but the server has ${stored.toString()} bytes of the file. Continue at byte ${stored.toString()}.`,
    { extra: { offset: stored } },
  );

export const tooLong = (filename: string, size: number): Problem =>
  new Problem(
    "payload-too-large",
    `The request contains more bytes than the file "${filename}" has: Upload-Length announced ${size.toLocaleString("en")} bytes. Start the upload again with the correct length.`,
  );

export const requestInterrupted = (): Problem =>
  new Problem(
    "upload-interrupted",
    "The connection was closed before all bytes of the request arrived. Send a HEAD request to get Upload-Offset, and continue from there.",
  );
