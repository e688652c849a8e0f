// What can be wrong with an upload that comes in parts.
import { Problem } from "../../../contract/problems.ts";

/** An upload that is cut may go on for so long. */
export const KEPT_HOURS = 24;

export const unknown = (): Problem => new Problem("not-found", "There is no such upload. Begin it anew.");

export const gone = (filename: string): Problem =>
  new Problem("upload-gone", `The upload of "${filename}" is over: it was cancelled or failed. Begin it anew.`);

export const expired = (filename: string): Problem =>
  new Problem(
    "upload-interrupted",
    `The rest of "${filename}" did not come within ${KEPT_HOURS.toString()} hours; nothing was imported. Send it again.`,
  );

export const wrongOffset = (said: number, there: number): Problem =>
  new Problem(
    "upload-offset",
    `The part begins at byte ${said.toString()}, but ${there.toString()} bytes of the file are there. Go on from there.`,
    { extra: { offset: there } },
  );

export const tooLong = (filename: string, size: number): Problem =>
  new Problem(
    "payload-too-large",
    `More came of "${filename}" than the ${size.toLocaleString("en")} bytes that Upload-Length said.`,
  );

export const cut = (): Problem =>
  new Problem(
    "upload-interrupted",
    "The part ended before the file was complete. Ask for Upload-Offset and go on from there.",
  );
