// What this process knows of unfinished uploads besides their rows. It may: one process owns the data folder.
import { createHash, type Hash } from "node:crypto";
import { createReadStream } from "node:fs";

/** Hashes that are kept; of an upload beyond these the file is read again. */
const MAX_HASHES = 200;

export interface OpenUploads {
  /** Waits for its turn at an upload. Whoever has it is asked to stop: a sender comes back because its line is dead, which the server
   * may not have noticed. Returns what ends the turn. */
  take(file: string, stop: () => void): Promise<() => void>;
  /** The running hash of the file's first `length` bytes, which is the caller's until it gives it back. */
  takeHash(file: string, path: string, length: number): Promise<Hash>;
  keepHash(file: string, length: number, hash: Hash): void;
}

export function createOpenUploads(): OpenUploads {
  const turns = new Map<string, { stop: () => void; ended: Promise<void> }>();
  const hashes = new Map<string, { length: number; hash: Hash }>();
  return {
    async take(file, stop) {
      for (let other = turns.get(file); other !== undefined; other = turns.get(file)) {
        other.stop();
        await other.ended;
      }
      const { promise, resolve } = Promise.withResolvers<undefined>();
      turns.set(file, { stop, ended: promise });
      return () => {
        turns.delete(file);
        resolve(undefined);
      };
    },
    async takeHash(file, path, length) {
      const kept = hashes.get(file);
      hashes.delete(file);
      if (kept?.length === length) return kept.hash;
      const hash = createHash("sha256");
      if (length > 0)
        for await (const piece of createReadStream(path, { end: length - 1 })) hash.update(piece as Buffer);
      return hash;
    },
    keepHash(file, length, hash) {
      hashes.set(file, { length, hash });
      const [oldest] = hashes.keys();
      if (hashes.size > MAX_HASHES && oldest !== undefined) hashes.delete(oldest);
    },
  };
}
