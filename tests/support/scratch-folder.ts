// Creates a ScratchFolder (see read-file.ts) for tests, in the system's temporary folder. Does not check for free space.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ScratchFolder } from "../../src/imports/read/read-file.ts";

export async function createTestScratch(): Promise<ScratchFolder> {
  const path = await mkdtemp(join(tmpdir(), "skuport-scratch-"));
  return { path, checkSpace: () => undefined, remove: () => rm(path, { recursive: true }) };
}
