// What can be wrong with an upload that comes in parts.
import { Problem } from "../../../../contract/problems.ts";

/** An upload that is cut may go on for so long. */
export const KEPT_HOURS = 24;

export const unknown = (): Problem => new Problem("not-found", "There is no such upload. Begin it anew.");

export const gone = (filename: string): Problem =>
  new Problem("upload-gone", `The upload of "${filename}" is over: it was cancelled or failed. Begin it anew.`);

/** @param places that the client has */
export const gaveWay = (filename: string, places: number): Problem =>
  new Problem(
    "too-many-uploads",
    `The upload of "${filename}" was ended because its sender began another one and may have at most ${places.toString()} unfinished uploads, within a limit of bytes; the one that has been silent for longest gives way. Send the file again.`,
  );

export const tooMany = (limit: number): Problem =>
  new Problem(
    "too-many-uploads",
    `Limit reached: ${limit.toLocaleString("en")} unfinished uploads of all clients. Finish or discard some of them before you begin another.`,
  );

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
