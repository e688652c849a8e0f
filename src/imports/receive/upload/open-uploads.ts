// State of unfinished uploads in this process: the request that is using each upload, and its running hash. Only one process
// serves a data folder, so this state need not be shared.
import { createHash, type Hash } from "node:crypto";

/** Maximum number of cached hashes. If the hash of an upload is not cached, its bytes are read again. */
const MAX_HASHES = 200;

export interface OpenUploads {
  /** Acquires the exclusive use of an upload. The previous holder is asked to stop: if a client sends a new request, it has lost
   * its old connection, and the server may not have noticed that yet.
   * @param stop called when another request wants the upload
   * @returns a function that releases the upload */
  acquire(file: string, stop: () => void): Promise<() => void>;
  /** Returns the running hash of the file's first `length` bytes, if it is cached. Only the caller may use the hash until it returns the
   * hash with `putHash`. */
  takeHash(file: string, length: number): Hash | undefined;
  putHash(file: string, length: number, hash: Hash): void;
}

export function createOpenUploads(): OpenUploads {
  const holders = new Map<string, { stop: () => void; released: Promise<void> }>();
  const hashes = new Map<string, { length: number; hash: Hash }>();
  return {
    async acquire(file, stop) {
      for (let holder = holders.get(file); holder !== undefined; holder = holders.get(file)) {
        holder.stop();
        await holder.released;
      }
      const { promise, resolve } = Promise.withResolvers<undefined>();
      holders.set(file, { stop, released: promise });
      return () => {
        holders.delete(file);
        resolve(undefined);
      };
    },
    takeHash(file, length) {
      const cached = hashes.get(file);
      hashes.delete(file);
      if (length === 0) return createHash("sha256");
      return cached?.length === length ? cached.hash : undefined;
    },
    putHash(file, length, hash) {
      hashes.set(file, { length, hash });
      const [oldest] = hashes.keys();
      if (hashes.size > MAX_HASHES && oldest !== undefined) hashes.delete(oldest);
    },
  };
}
