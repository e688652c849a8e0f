// A store of uploaded files. Servers write to it, and workers read from it. There are two kinds: a folder (folder-store.ts), and a bucket
// of an object storage (bucket/bucket-store.ts).
import type { SpaceCheck } from "../../db/data-dir/disk-reserve.ts";
import type { Extent } from "../read/read-records.ts";
import type { OpenedFile } from "../read/text/text-file.ts";
import { Problem } from "../../../contract/problems.ts";
import type { DurableFile } from "./durable-file.ts";

/** The store cannot be used. The message gives the reason and what to do. */
export class FileStoreError extends Error {
  override readonly name = "FileStoreError";
}

/** The object storage does not respond, or refuses requests. Imports wait. */
export class StoreUnavailable extends Problem {
  /** Why the request failed, without credentials. */
  readonly reason: string;
  constructor(reason: string) {
    super(
      "store-unavailable",
      `The object storage for uploaded files is not available (${reason}). Try again in a few minutes. If this happens again, ask the administrator: the server's log has the details.`,
    );
    this.reason = reason;
  }
}

/** Another request has changed the stored bytes of an upload. The client can ask how many bytes are stored, and continue there. */
export class StoredBytesChanged extends Error {
  override readonly name = "StoredBytesChanged";
}

export const isMissingFile = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === "ENOENT";

export interface CopiedUpload {
  /** How many bytes are readable at the path of the uploaded file. */
  extent: Extent;
  /** Stops copying. */
  stop(): Promise<void>;
}

export interface FileStore {
  readonly id: string;
  /** Name of the store in messages. */
  readonly location: string;
  /** The folder of this host. Scans read and write their files there. */
  readonly folder: string;
  /** Whether the folder is the store. If so, a scan can follow an upload, and the received bytes of an upload can be read quickly. */
  readonly is_local: boolean;
  /** Whether this process still reaches the store that it has opened. */
  isOpen(): Promise<boolean>;
  /** Returns how many bytes of an uploaded file are stored; 0 if the file does not exist. */
  sizeOf(file: string): Promise<number>;
  /** Appends to an uploaded file, or creates it.
   * @param writer number of the request that writes the file. It increases with each request for the same file
   * @param stored number of bytes of the file that are stored, as `sizeOf` has returned it
   * @throws {StoredBytesChanged} if the bytes cannot be appended at this position any more */
  append(file: string, writer: number, stored: number): Promise<DurableFile>;
  /** Reads the first `length` bytes of an uploaded file. */
  read(file: string, length: number): AsyncIterable<Buffer>;
  /** Opens the file with this path in the folder, wherever its bytes are. */
  open(path: string): Promise<OpenedFile>;
  /** Makes an uploaded file readable in the folder. @returns undefined if the folder is the store */
  copyUpload(
    file: string,
    size: number,
    options: { signal: AbortSignal; checkSpace: SpaceCheck },
  ): Promise<CopiedUpload | undefined>;
  /** Makes the files that a scan has written readable for other hosts. */
  share(prefix: string, signal: AbortSignal): Promise<void>;
  /** Removes all files whose names begin with `prefix`. */
  remove(prefix: string): Promise<void>;
  /** Lists the names of all files, each with the time of its last change. */
  list(): Promise<Map<string, number>>;
}
