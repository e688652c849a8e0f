// Uploads hostile files to a real server with a worker. Each file is imported or fails with a clear problem, memory stays bounded, and a
// valid file can be imported afterwards. `npm run bench -- hostile FOLDER` measures time and memory.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runHostileFile } from "../../bench/faults/hostile.ts";
import { startServer, type BenchServer } from "../../bench/server.ts";
import { HOSTILE_FILES } from "./hostile-files.ts";
import { HOSTILE_TREES } from "./hostile-trees.ts";

/** Time limit that ends a test that hangs. It is far longer than a test takes. */
const TIMEOUT_MS = 600_000;
const MAX_MB = 400;

let folder = "";
let server: BenchServer;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "skuport-hostile-"));
  server = await startServer(folder, { DATABASE_URL: "" });
});
afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

test.each([...HOSTILE_FILES, ...HOSTILE_TREES])(
  "$name: $state",
  async ({ name, make, state, slug, preview = "rows" }) => {
    const result = await runHostileFile(server, name, await make());
    expect(result.import_).toMatchObject({
      state,
      problem: slug === undefined ? null : { type: `/problems/${slug}` },
    });
    expect(result.preview).toBe(preview);
    expect(result.next.state).toBe("done");
    expect(result.worker_died).toBe(false);
    expect(result.server_mb).toBeLessThan(MAX_MB);
    expect(result.worker_mb).toBeLessThan(MAX_MB);
  },
  TIMEOUT_MS,
);

test(
  "after all hostile files and a restart, a valid file is imported",
  async () => {
    await server.stop();
    server = await startServer(folder, { DATABASE_URL: "" });
    const { import_, preview } = await runHostileFile(server, "good.csv", Buffer.from("sku,name\nGOOD-3,Three\n"));
    expect([import_.state, import_.created, preview]).toEqual(["done", 1, "rows"]);
  },
  TIMEOUT_MS,
);
