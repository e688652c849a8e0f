import { execFile, spawn } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { acquireDataDir, DataDirBusyError, readHolder } from "./data-dir.ts";
import { DataDirError } from "./lock-file.ts";

test("the holder and the facts it published can be read until it releases the folder", async () => {
  const dir = await makeDir();
  const held = await acquireDataDir(dir, "skuport serve");
  await held.publish({ url: "http://127.0.0.1:8000" });
  await held.publish({ connection: { url: "postgres://db/shop" } });
  expect(await readHolder(dir)).toMatchObject({
    pid: process.pid,
    command: "skuport serve",
    url: "http://127.0.0.1:8000",
    connection: { url: "postgres://db/shop" },
  });
  await held.release();
  expect(await readHolder(dir)).toBeUndefined();
  expect(await readdir(dir)).toEqual([]);
});

test("the error about a folder in use contains its holder and what to do", async () => {
  const dir = await makeDir();
  const held = await acquireDataDir(dir, "skuport serve");
  await held.publish({ url: "http://127.0.0.1:8123" });
  const attempt = acquireDataDir(dir, "skuport import", 0);
  await expect(attempt).rejects.toThrow(DataDirBusyError);
  await expect(attempt).rejects.toThrow(
    `in use by skuport serve (process ${String(process.pid)}), which serves http://127.0.0.1:8123`,
  );
  await held.release();
});

test("acquiring waits for a holder that releases the folder", async () => {
  const dir = await makeDir();
  const first = await acquireDataDir(dir, "skuport serve");
  const second = acquireDataDir(dir, "skuport serve");
  await first.release();
  await (await second).release();
});

test("the lock of a process that was killed is taken over", async () => {
  const dir = await makeDir();
  await killHolder(dir);
  expect(await readdir(dir)).toEqual(["skuport.lock", expect.stringMatching(/^skuport\.lock\..*\.sock$/)]);
  expect(await readHolder(dir)).toBeUndefined();
  const held = await acquireDataDir(dir, "skuport serve");
  expect(await readHolder(dir)).toMatchObject({ pid: process.pid });
  await held.release();
  expect(await readdir(dir)).toEqual([]);
});

test("a pid that another process has reused does not hold the folder", async () => {
  const dir = await makeDir();
  const stale = { pid: process.pid, started: "earlier", token: "t", command: "skuport serve" };
  await writeFile(join(dir, "skuport.lock"), JSON.stringify(stale));
  await (await acquireDataDir(dir, "skuport serve")).release();
});

test("a holder in another container, whose process is not visible, holds the folder until it ends", async () => {
  const dir = await makeDir();
  const { child, first_line } = startTaker(dir);
  expect(await first_line).toBe("held");
  // A holder in another container records its pid there. On this machine, the same number is the pid of an unrelated process.
  const lock = join(dir, "skuport.lock");
  const holder = JSON.parse(await readFile(lock, "utf8")) as Record<string, unknown>;
  await writeFile(lock, JSON.stringify({ ...holder, pid: process.pid, started: "earlier" }));

  expect(await readHolder(dir)).toBeUndefined();
  const attempt = acquireDataDir(dir, "skuport backup", 0);
  await expect(attempt).rejects.toThrow(DataDirBusyError);
  await expect(attempt).rejects.toThrow("in use by taker in another container. Run this command in that container");

  const exited = new Promise((resolve) => child.on("exit", resolve));
  child.kill("SIGKILL");
  await exited;
  await (await acquireDataDir(dir, "skuport backup", 0)).release();
  expect(await readdir(dir)).toEqual([]);
});

test("a folder whose path is too long for a socket can be used", async () => {
  const dir = join(await makeDir(), "x".repeat(100));
  const held = await acquireDataDir(dir, "skuport serve");
  await expect(acquireDataDir(dir, "skuport serve", 0)).rejects.toThrow(DataDirBusyError);
  expect(await readdir(dir)).toEqual(["skuport.lock"]);
  await held.release();
});

test("a process that was killed while it took over the lock does not block others", async () => {
  const dir = await makeDir();
  const dead = (token: string) =>
    JSON.stringify({ pid: process.pid, started: "earlier", token, command: "skuport serve" });
  await writeFile(join(dir, "skuport.lock"), dead("a"));
  await writeFile(join(dir, "skuport.lock.a"), dead("b"));
  await writeFile(join(dir, "skuport.lock.b"), dead("c"));
  await (await acquireDataDir(dir, "skuport serve")).release();
  expect(await readdir(dir)).toEqual([]);
});

test.each(["free", "stale"])(
  "of several processes that start at the same time on a %s folder, one gets the lock",
  async (state) => {
    for (let round = 0; round < 3; round++) {
      const dir = await makeDir();
      if (state === "stale") await killHolder(dir);
      const takers = Array.from({ length: 6 }, () => startTaker(dir));
      const answers = await Promise.all(takers.map(({ first_line }) => first_line));
      expect(answers.filter((answer) => answer === "held")).toHaveLength(1);
      expect(answers.filter((answer) => answer === "DataDirBusyError")).toHaveLength(5);
      for (const { child } of takers) child.stdin.end();
    }
  },
);

describe("a lock file without a valid holder counts as that of a dead process", () => {
  test.each([
    ["empty", ""],
    ["cut off", '{\n  "pid": 12,\n  "star'],
    ["not JSON", "\u0000\u0000\u0000\u0000"],
    ["not a holder", "[]"],
    ["null", "null"],
    ["without a token", JSON.stringify({ pid: process.pid, started: "", command: "skuport serve" })],
    ["with a path for a token", JSON.stringify({ pid: 1, started: "", token: "../../x", command: "skuport serve" })],
    ["with other types", JSON.stringify({ pid: "1", started: 1, token: 1, command: 1 })],
    ["long", "x".repeat(1_000_000)],
  ])("%s", async (_, text) => {
    const dir = await makeDir();
    await writeFile(join(dir, "skuport.lock"), text);
    expect(await readHolder(dir)).toBeUndefined();
    const held = await acquireDataDir(dir, "skuport serve");
    expect(await readHolder(dir)).toMatchObject({ pid: process.pid });
    await held.release();
    expect(await readdir(dir)).toEqual([]);
  });

  test("if several processes find such a lock file, exactly one gets the lock", async () => {
    const dir = await makeDir();
    await writeFile(join(dir, "skuport.lock"), "");
    const takers = Array.from({ length: 6 }, () => startTaker(dir));
    const answers = await Promise.all(takers.map(({ first_line }) => first_line));
    expect(answers.filter((answer) => answer === "held")).toHaveLength(1);
    for (const { child } of takers) child.stdin.end();
  });

  test("one process gets the lock even if an interrupted takeover left an empty claim file", async () => {
    const dir = await makeDir();
    const stale = { pid: process.pid, started: "earlier", token: "t", command: "skuport serve" };
    await writeFile(join(dir, "skuport.lock"), JSON.stringify(stale));
    await writeFile(join(dir, "skuport.lock.t"), "");
    await (await acquireDataDir(dir, "skuport serve")).release();
    expect(await readdir(dir)).toEqual([]);
  });
});

describe("the error about a lock file that is not a regular file contains the remedy", () => {
  test.each<[string, (path: string) => Promise<unknown>]>([
    ["a folder", (path) => mkdir(path)],
    ["a dangling link", (path) => symlink("nowhere", path)],
    ["a pipe", (path) => promisify(execFile)("mkfifo", [path])],
  ])("%s", async (_, make) => {
    const dir = await makeDir();
    await make(join(dir, "skuport.lock"));
    const attempt = acquireDataDir(dir, "skuport serve");
    await expect(attempt).rejects.toThrow(DataDirError);
    await expect(attempt).rejects.toThrow(/skuport\.lock is not a file\. Delete it and start again\./);
  });

  test("a data folder that is a file", async () => {
    const path = join(await makeDir(), "data");
    await writeFile(path, "");
    await expect(acquireDataDir(path, "skuport serve")).rejects.toThrow(/Set SKUPORT_DATA_DIR to a folder/);
  });
});

test("old drafts and sockets are removed, recent ones are not", async () => {
  const dir = await makeDir();
  for (const old of ["skuport.lock.1.draft", "skuport.lock.1.sock"].map((name) => join(dir, name))) {
    await writeFile(old, "");
    await utimes(old, 0, 0);
  }
  await writeFile(join(dir, "skuport.lock.2.draft"), "");
  await (await acquireDataDir(dir, "skuport serve")).release();
  expect(await readdir(dir)).toEqual(["skuport.lock.2.draft"]);
});

const makeDir = () => mkdtemp(join(tmpdir(), "skuport-data-dir-"));

async function killHolder(dir: string): Promise<void> {
  const { child, first_line } = startTaker(dir);
  expect(await first_line).toBe("held");
  const exited = new Promise((resolve) => child.on("exit", resolve));
  child.kill("SIGKILL");
  await exited;
}

/** Starts a process that acquires the folder, prints "held" or the error's name, and holds the folder until its stdin ends. */
function startTaker(dir: string) {
  const program = `
    import { acquireDataDir } from ${JSON.stringify(join(import.meta.dirname, "data-dir.ts"))};
    const answer = await acquireDataDir(${JSON.stringify(dir)}, "taker", 0).then(() => "held", (error) => error.name);
    console.log(answer);
    process.stdin.resume();
    process.stdin.on("end", () => process.exit());`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", program], { stdio: ["pipe", "pipe", "pipe"] });
  const errors = text(child.stderr);
  const firstLine = new Promise<string>((resolve, reject) => {
    child.stdout.once("data", (chunk: Buffer) => {
      resolve(chunk.toString().trim());
    });
    child.once(
      "exit",
      () =>
        void errors.then((stderr) => {
          reject(new Error(`the process printed nothing to stdout: ${stderr}`));
        }),
    );
  });
  return { child, first_line: firstLine };
}
