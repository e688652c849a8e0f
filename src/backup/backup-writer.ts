// Writes the members of a backup one after another, and their checksums at the end. Holds one part of a table or file in memory.
import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { constants, gzip as gzipWithCallback } from "node:zlib";
import { CHECKSUMS, CHECKSUMS_HASH, MANIFEST, partName, type Checksums, type Manifest } from "./manifest.ts";
import { paddingOf, TAR_END, tarHeader } from "./tar.ts";

const gzip = promisify(gzipWithCallback);

/** Size of a part before compression. */
const PART_BYTES = 4 << 20;

export type Sink = (bytes: Buffer) => Promise<void>;

export class BackupWriter {
  readonly #sink: Sink;
  readonly #whole = createHash("sha256");
  readonly #checksums: Omit<Checksums, "sha256"> = { members: [], rows: {}, unpacked_bytes: 0 };

  constructor(sink: Sink) {
    this.#sink = sink;
  }

  async writeManifest(contents: Manifest): Promise<void> {
    await this.writeMember(MANIFEST, jsonOf(contents));
  }

  async writeMember(name: string, bytes: Buffer): Promise<void> {
    this.#checksums.members.push({ name, bytes: bytes.length, sha256: sha256Of(bytes) });
    for (const block of blocksOf(name, bytes)) {
      this.#whole.update(block);
      await this.#sink(block);
    }
  }

  /** Writes a table or a file in compressed parts. An empty one has no part. */
  async writeParts(folder: "tables" | "files", name: string, source: AsyncIterable<Buffer>): Promise<void> {
    let number = 0;
    let waiting: Buffer[] = [];
    let size = 0;
    const flush = async (): Promise<void> => {
      if (size === 0) return;
      const part = Buffer.concat(waiting);
      waiting = [];
      size = 0;
      this.#checksums.unpacked_bytes += part.length;
      // Level 1: higher levels take several times as long and save few bytes of a table.
      const packed = await gzip(part, { level: constants.Z_BEST_SPEED });
      await this.writeMember(partName(folder, name, number++), packed);
    };
    for await (const chunk of source) {
      waiting.push(chunk);
      size += chunk.length;
      if (size >= PART_BYTES) await flush();
    }
    await flush();
  }

  noteRows(table: string, rows: number): void {
    this.#checksums.rows[table] = rows;
  }

  /** Writes the checksums and the end of the file. */
  async end(): Promise<void> {
    const bytes = jsonOf({ ...this.#checksums, sha256: this.#whole.digest("hex") });
    for (const block of blocksOf(CHECKSUMS, bytes)) await this.#sink(block);
    for (const block of blocksOf(CHECKSUMS_HASH, Buffer.from(`${sha256Of(bytes)}\n`))) await this.#sink(block);
    await this.#sink(TAR_END);
  }
}

export const sha256Of = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");

const jsonOf = (value: Manifest | Checksums): Buffer => Buffer.from(`${JSON.stringify(value, undefined, 1)}\n`);

const blocksOf = (name: string, bytes: Buffer): Buffer[] => [
  tarHeader({ name, size: bytes.length }),
  bytes,
  Buffer.alloc(paddingOf(bytes.length)),
];
