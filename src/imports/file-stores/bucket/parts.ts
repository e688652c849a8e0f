// The parts of a file in a bucket. Each part is an object of its own, and its name contains its bytes' positions. So a list of the names
// shows how much of a file is stored, and every server can continue an upload.

/** Size of a part in bytes. A server holds up to three parts of each upload in memory. */
export const PART_BYTES = 8 << 20;
/** A shorter last part is replaced when the upload continues, so that many short requests do not leave many short parts. */
export const SHORT_PART = 5 << 20;

export interface Part {
  key: string;
  /** Number of the request that wrote the part; see `FileStore.append`. */
  writer: number;
  /** Positions of the part's bytes in the file: [start, end). */
  start: number;
  end: number;
}

const PART_NAME = /^(.*)\/(\d{10})\.(\d{16})-(\d{16})$/;

export const partName = (file: string, { writer, start, end }: Omit<Part, "key">): string =>
  `${file}/${digits(writer, 10)}.${digits(start, 16)}-${digits(end, 16)}`;

const digits = (value: number, length: number): string => value.toString().padStart(length, "0");

/** @returns undefined if the object is not a part of a file */
export function readPartName(key: string): (Part & { file: string }) | undefined {
  const [, file = "", writer, start, end] = PART_NAME.exec(key) ?? [];
  if (writer === undefined) return undefined;
  return { key, file, writer: Number(writer), start: Number(start), end: Number(end) };
}

/**
 * Returns the parts that form the file, in their order. A request continues an upload where the stored bytes ended. If a part of an earlier
 * request arrives late at or after this position, it does not belong to the file.
 */
export function wholeParts(parts: readonly Part[]): Part[] {
  const kept: Part[] = [];
  let limit = Infinity;
  let begun = Infinity;
  let writer: number | undefined;
  for (const part of parts.toSorted((a, b) => b.writer - a.writer || a.start - b.start)) {
    if (part.writer !== writer) [writer, limit] = [part.writer, Math.min(limit, begun)];
    if (part.start >= limit) continue;
    begun = Math.min(begun, part.start);
    kept.push(part);
  }
  kept.sort((a, b) => a.start - b.start || a.end - b.end);
  const gap = kept.findIndex(({ start }, i) => start !== (kept[i - 1]?.end ?? 0));
  return gap < 0 ? kept : kept.slice(0, gap);
}

export const sizeOfParts = (parts: readonly Part[]): number => parts.at(-1)?.end ?? 0;
