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
 * Returns the parts that form the file, in their order: the longest sequence of adjoining parts that starts at position 0. Two requests
 * can write at the same time, when a client has lost a connection that its server still considers open. Both send the same file, so it
 * does not matter which of them wrote a part.
 */
export function wholeParts(parts: readonly Part[]): Part[] {
  /** The part with which the longest sequence from a position starts. */
  const best = new Map<number, { part: Part; reach: number }>();
  for (const part of parts.toSorted((a, b) => b.start - a.start || a.writer - b.writer)) {
    if (part.end <= part.start) continue;
    const reach = best.get(part.end)?.reach ?? part.end;
    if (reach >= (best.get(part.start)?.reach ?? 0)) best.set(part.start, { part, reach });
  }
  const whole: Part[] = [];
  for (let next = best.get(0); next !== undefined; next = best.get(next.part.end)) whole.push(next.part);
  // An empty file has one empty part.
  return whole.length > 0 ? whole : parts.filter(({ start, end }) => start === 0 && end === 0).slice(0, 1);
}

export const sizeOfParts = (parts: readonly Part[]): number => parts.at(-1)?.end ?? 0;
