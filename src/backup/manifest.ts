// The first member of a backup describes its contents; the last but one contains their checksums. Both are JSON.
import { z } from "zod";

export const MANIFEST = "skuport-backup.json";
export const CHECKSUMS = "checksums.json";
/** Contains the SHA-256 hash of the member CHECKSUMS, in hexadecimal. */
export const CHECKSUMS_HASH = "checksums.sha256";
export const KEY_MEMBER = "keys/secrets.key";

/** Versions of the format that this program reads. */
const FORMAT = 1;

/** Names become part of SQL statements or paths, so they must match these patterns. */
const identifier = z.string().regex(/^[a-z_][a-z0-9_]{0,62}$/);
const keptFileName = z.string().regex(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?:\.[\w-]+)*$/);

export const manifest = z.object({
  format: z.literal(FORMAT),
  id: z.uuid(),
  /** Version of Skuport. */
  skuport: z.string(),
  created_at: z.string(),
  /** Version of PostgreSQL. */
  postgres: z.string(),
  migrations: z.array(z.object({ version: z.int().min(1), name: z.string(), checksum: z.string() })).min(1),
  /** Tables in the order of their foreign keys, with the columns that the backup contains. */
  tables: z.array(z.object({ name: identifier, columns: z.array(identifier).min(1) })),
  sequences: z.array(
    z.object({ name: identifier, last_value: z.string().regex(/^-?\d{1,19}$/), is_called: z.boolean() }),
  ),
  /** Uploaded files of unfinished imports. */
  files: z.array(z.object({ name: keptFileName, bytes: z.int().min(0) })),
  has_keys: z.boolean(),
});
export type Manifest = z.infer<typeof manifest>;

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

export const checksums = z.object({
  members: z.array(z.object({ name: z.string(), bytes: z.int().min(0), sha256 })),
  /** Hash of all bytes before the member that contains it. */
  sha256,
  rows: z.record(z.string(), z.int().min(0)),
  /** Number of bytes of the tables and files before compression. */
  unpacked_bytes: z.int().min(0),
});
export type Checksums = z.infer<typeof checksums>;

export const partName = (folder: "tables" | "files", name: string, part: number): string =>
  `${folder}/${name}/${String(part).padStart(6, "0")}.gz`;

export interface Part {
  folder: "tables" | "files";
  name: string;
  number: number;
}

/** Returns which part of which table or file a member contains; undefined if it is another member. */
export function partOf(member: string): Part | undefined {
  const [, folder, name, number] = /^(tables|files)\/([^/]+)\/(\d{6,})\.gz$/.exec(member) ?? [];
  if (folder === undefined || name === undefined || number === undefined) return undefined;
  return { folder: folder as Part["folder"], name, number: Number(number) };
}
