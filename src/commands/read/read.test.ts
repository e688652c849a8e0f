// Long because the file tests every output and option of the command.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Config } from "../../config.ts";
import { UsageError, type Io } from "../command.ts";
import { readCommand } from "./read.ts";
import { guardTerminal } from "../../terminal.ts";
import { makeWorkbook, textRow } from "../../../tests/support/files/make-workbook.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "skuport-read-command-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function file(content: string | Buffer): string {
  const path = join(folder, "file.csv");
  writeFileSync(path, content);
  return path;
}

/** A slow reader: each write ends in a later turn of the event loop, so that the command has to wait for it. */
function sink(fault?: Error): Writable & { text: () => string } {
  const chunks: string[] = [];
  const stream = new Writable({
    highWaterMark: 16,
    write(chunk: Buffer, _, done) {
      chunks.push(chunk.toString());
      setImmediate(done, fault);
    },
  });
  return Object.assign(stream, { text: () => chunks.join("") });
}

async function run(
  args: string[],
  stdout = sink(),
  config: Pick<Config, "data_dir" | "disk_reserve_bytes"> = { data_dir: folder, disk_reserve_bytes: 0 },
): Promise<{ code: number; stdout: string; stderr: string }> {
  const stderr = sink();
  const io = {
    stdout,
    stderr,
    signal: new AbortController().signal,
    loadConfig: () => Promise.resolve(config),
  };
  const code = await readCommand.run(args, io as unknown as Io);
  return { code, stdout: stdout.text(), stderr: stderr.text() };
}

describe("--csv", () => {
  test("prints every record as canonical CSV", async () => {
    const path = file('\ufeffsku;name;price\r\n0017;"a;\r\n""b""";1,5\r\n1E5;;90.750\r\n');
    expect(await run([path, "--csv"])).toEqual({
      code: 0,
      stdout: 'sku,name,price\n0017,"a;\r\n""b""","1,5"\n1E5,,90.750\n',
      stderr: "",
    });
  });

  test("prints faulty records unchanged, and each fault as a line of JSON", async () => {
    const { stdout, stderr } = await run([file('sku,name\nA\nB,c,d\nE,"f"g\nH,i,\n'), "--csv"]);
    expect(stdout).toBe('sku,name\nA,\nB,c,d\nE,"""f""g"\nH,i\n');
    expect(
      stderr
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line) as unknown),
    ).toMatchObject([
      { row: 2, line: 3, code: "too_many_fields", raw: "B,c,d" },
      { row: 3, line: 4, code: "text_after_quote", raw: 'E,"f"g' },
    ]);
  });

  test("leaves out records that cannot be printed unchanged, and reports them", async () => {
    const { stdout, stderr } = await run([
      file(Buffer.from("sku,name\nA,\xff\nB,c\n", "latin1")),
      "--csv",
      "--encoding",
      "utf-8",
    ]);
    expect(stdout).toBe("sku,name\nB,c\n");
    expect(JSON.parse(stderr)).toMatchObject({ line: 2, code: "not_text" });
  });

  test("prints no header if the file has none, and nothing for an empty file", async () => {
    expect((await run([file("1,2\n3,4\n"), "--csv", "--no-header"])).stdout).toBe("1,2\n3,4\n");
    const empty = await run([file(""), "--csv"]);
    expect(empty).toMatchObject({ code: 0, stdout: "" });
    expect(JSON.parse(empty.stderr)).toMatchObject({ line: 1, code: "empty_file" });
  });

  test("ends without an error when the program that reads its output has exited", async () => {
    const gone = Object.assign(new Error("write EPIPE"), { code: "EPIPE" });
    expect(await run([file("sku\nA\n".repeat(10)), "--csv"], sink(gone))).toMatchObject({ code: 0, stderr: "" });
  });
});

test("a delimiter at the end of each row is not a fault in the summary of a file without a SKU column", async () => {
  const path = file("Typ;Farbe\nTisch;rot;\nStuhl;blau;\nBank;blau;neu\n");
  const { stdout } = await run([path, "--json"]);
  expect(JSON.parse(stdout)).toMatchObject({ records: 3, faults: [{ code: "too_many_fields", count: 1 }] });
  const csv = await run([path, "--csv"]);
  expect(csv.stdout.split("\n")[1]).toBe("Tisch,rot,");
});

test("options override every detected property", async () => {
  const path = file("title\na|'b|c'|d\\'\n1|2|3\n");
  const args = [
    "--delimiter",
    "pipe",
    "--quote",
    "'",
    "--escape",
    "\\",
    "--encoding",
    "latin1",
    "--preamble",
    "1",
    "--header",
    "--json",
  ];
  const config = { data_dir: folder, disk_reserve_bytes: 0 };
  const summary = JSON.parse((await run([path, ...args], sink(), config)).stdout) as {
    dialect: object;
    lines: number;
    records: number;
  };
  expect(summary.dialect).toEqual({
    encoding: "windows-1252",
    delimiter: "|",
    quote: "'",
    escape: "\\",
    line_ending: "lf",
    header: true,
    preamble: 1,
    formula_escape: false,
    format: "text",
  });
  expect(summary).toMatchObject({ lines: 3, records: 1 });
});

test("the summary shows dialect, columns, counts and the first faults", async () => {
  const { code, stdout } = await run([file("sku,Titel\nA,b,c\nC,\x1b[31m\n")]);
  expect(code).toBe(0);
  for (const text of ['delimiter  ","', "Titel  name", "3 lines, 2 records, 1 fault", "line 2: A,b,c"])
    expect(stdout).toContain(text);
});

test("the summary shows the first products and the rejected rows of a mapping, and --json prints the whole sample", async () => {
  const mapping = {
    key: { from: ["Supplier", "Code"], join: ":", need: "all" },
    name: "Title",
    attributes: { price: { from: "Price", number: "1.234,56" }, images: { from: "Image {n}", all: true } },
  };
  const mappingPath = join(folder, "mapping.json");
  writeFileSync(mappingPath, JSON.stringify(mapping));
  const path = file(
    "Supplier;Code;Title;Price;Image 1;Image 2\nX;1;Lamp;1.009,50;a;b\nX;2;Desk;on request;;\nX;3;Mug;2,-\n",
  );
  const { code, stdout } = await run([path, "--mapping", mappingPath]);
  expect(code).toBe(0);
  expect(stdout).toContain(
    '\n  line 2: {"sku":"X:1","name":"Lamp","active":true,"price":"1009.50","images":["a","b"]}\n',
  );
  expect(stdout).toContain('\n  line 3: Price: "on request" is not a number like 1.234,56.');
  expect(stdout).not.toContain("Columns found");
  expect(JSON.parse((await run([path, "--mapping", mappingPath, "--json"])).stdout)).toMatchObject({
    products: [
      { line: 2, sku: "X:1" },
      { line: 4, sku: "X:3", attributes: { price: "2" } },
    ],
    rejects: [{ line: 3, code: "does_not_fit" }],
    problem: null,
  });
});

test("escape sequences in a file are shown and cannot control the terminal", async () => {
  const stdout = Object.assign(sink(), { isTTY: true });
  guardTerminal(stdout as unknown as NodeJS.WriteStream);
  const path = file("sku,\u001b]0;owned\u0007,\u009b31m,a\u202eb\nA,\u001b[2J,,\n");
  await run([path], stdout);
  expect(stdout.text()).toContain("\\u001b]0;owned\\u0007");
  expect(stdout.text()).toContain("\\u009b31m");
  const json = Object.assign(sink(), { isTTY: true });
  guardTerminal(json as unknown as NodeJS.WriteStream);
  await run([path, "--json"], json);
  expect((JSON.parse(json.text()) as { columns: { name: string }[] }).columns.map(({ name }) => name)).toEqual([
    "sku",
    "\u001b]0;owned\u0007",
    "\u009b31m",
    "a\u202eb",
  ]);
  const csv = Object.assign(sink(), { isTTY: true });
  guardTerminal(csv as unknown as NodeJS.WriteStream);
  await run([path, "--csv"], csv);
  for (const { text } of [stdout, json, csv])
    expect(text()).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202e]/);
});

test("the summary shows what is computed from a column, and the columns that the server remembers", async () => {
  const mapping = { key: { from: ["Code", "Size"], join: "-" }, name: "Title", also: ["Size"] };
  const mappingPath = join(folder, "uses.json");
  writeFileSync(mappingPath, JSON.stringify(mapping));
  const { stdout } = await run([file("Code,Size,Title\n1,S,Lamp\n"), "--mapping", mappingPath]);
  expect(stdout).toContain(
    "\n     1  Code   used for sku\n     2  Size   attribute, used for sku\n     3  Title  name\n",
  );
});

test("the summary of a file without a SKU column lists its columns", async () => {
  expect((await run([file("qux,quux\n1,2\n"), "--header"])).stdout).toContain('Columns found: "qux", "quux"');
});

test("the summary of a workbook shows its sheets, also those that are not read", async () => {
  const sheets = {
    "Read me": textRow(1, "About", "this file"),
    Products: textRow(1, "sku", "name") + textRow(2, "A", "Lamp"),
    Old: textRow(1, "sku", "price") + textRow(2, "B", "3"),
  };
  const path = file(await makeWorkbook({ sheets, states: { Old: "hidden" } }));
  const config = { data_dir: folder, disk_reserve_bytes: 0 };
  expect((await run([path], sink(), config)).stdout).toContain(
    '  sheet      "Read me", not read\n  sheet      "Products", read, has a SKU column\n  sheet      "Old", not read, hidden\n',
  );
});

test("a device and a pipe without a writer are refused immediately", async ({ skip }) => {
  skip(process.platform === "win32", "needs mkfifo and /dev/zero");
  const pipe = join(folder, "pipe");
  execFileSync("mkfifo", [pipe]);
  for (const path of ["/dev/zero", pipe]) {
    const refused = run([path]);
    await expect(refused).rejects.toThrow(UsageError);
    await expect(refused).rejects.toThrow(`${path} is not a regular file`);
  }
});

test("an unreadable file gives exit code 1, and wrong usage a UsageError", async () => {
  const nothing = join(folder, "nothing.csv");
  expect(await run([nothing])).toEqual({
    code: 1,
    stdout: "",
    stderr: `The file ${nothing} does not exist. Check the path.\n`,
  });
  expect((await run([folder])).stderr).toBe(`${folder} is a folder. Give a file in it.\n`);
  for (const args of [
    [],
    ["a", "b"],
    ["a", "--csv", "--json"],
    ["a", "--quote", "ab"],
    ["a", "--encoding", "ebcdic"],
    ["a", "--preamble", "-1"],
    ["a", "--nope"],
  ]) {
    await expect(run(args)).rejects.toThrow(UsageError);
  }
});

describe("a packed file", () => {
  const packed = (): string => file(gzipSync("sku,name\nA,b\n"));
  const makeDataDir = (): string => {
    const path = join(folder, "data");
    mkdirSync(path, { recursive: true });
    return path;
  };

  test("is unpacked to the data folder, which is empty afterwards", async () => {
    const dataDir = makeDataDir();
    const { code, stdout } = await run([packed(), "--csv"], sink(), { data_dir: dataDir, disk_reserve_bytes: 0 });
    expect([code, stdout]).toEqual([0, "sku,name\nA,b\n"]);
    expect(readdirSync(dataDir)).toEqual([]);
  });

  test("is unpacked to the system's temporary folder if there is no data folder", async () => {
    const config = { data_dir: join(folder, "missing"), disk_reserve_bytes: 0 };
    expect(await run([packed(), "--csv"], sink(), config)).toMatchObject({ code: 0, stdout: "sku,name\nA,b\n" });
  });

  test("is refused on a full disk with the name of the folder, and leaves no files", async () => {
    const dataDir = makeDataDir();
    const refused = run([packed()], sink(), { data_dir: dataDir, disk_reserve_bytes: Number.MAX_SAFE_INTEGER });
    await expect(refused).rejects.toMatchObject({
      slug: "disk-full",
      message: expect.stringContaining(dataDir) as string,
    });
    expect(readdirSync(dataDir)).toEqual([]);
  });

  test("removes the folders of processes that were killed more than a day ago", async () => {
    const dataDir = makeDataDir();
    for (const name of ["skuport-read-old", "skuport-read-new", "other"]) mkdirSync(join(dataDir, name));
    for (const name of ["skuport-read-old", "other"]) utimesSync(join(dataDir, name), 1, 1);
    await run([packed()], sink(), { data_dir: dataDir, disk_reserve_bytes: 0 });
    expect(readdirSync(dataDir).sort()).toEqual(["other", "skuport-read-new"]);
  });
});

describe("profiles", () => {
  const listings =
    'TITLE,PRICE,CURRENCY_CODE,QUANTITY,TAGS,MATERIALS,IMAGE1,SKU\nMug,5.00,USD,1,"a,b",clay,x.jpg,M-1\n';

  test("without a server, a built-in profile is selected by the columns, and --profile none or --csv select none", async () => {
    const summary = await run([file(listings)]);
    expect(summary.stdout).toContain("\n  profile    Etsy listings, built-in\n");
    expect(summary.stdout).toContain('"price-USD":"5.00"');
    const json = JSON.parse((await run([file(listings), "--json"])).stdout) as object;
    expect(json).toMatchObject({
      profile: { name: "Etsy listings", version: 1, built_in: true },
      products: [{ sku: "M-1", attributes: { TAGS: ["a", "b"] } }],
      problem: null,
    });
    const none = JSON.parse((await run([file(listings), "--json", "--profile", "none"])).stdout) as object;
    expect(none).toMatchObject({ profile: null, products: [{ attributes: { TAGS: "a,b" } }] });
    expect((await run([file(listings), "--csv"])).stdout).toBe(listings);
  });

  test("a profile in a file is used as an import would: changed columns are reported, and a question is shown", async () => {
    const profile = join(folder, "supplier.json");
    const definition = {
      profile: "Supplier",
      file: { delimiter: "!", header: { at: 2 } },
      key: "code",
      name: "label",
      on_missing_column: "hold",
    };
    writeFileSync(profile, JSON.stringify(definition));
    const path = file("title\ncode!label!size\n7!a,b!L\n");
    const read = JSON.parse((await run([path, "--profile", profile, "--json"])).stdout) as object;
    expect(read).toMatchObject({
      profile: { name: "Supplier", built_in: false },
      notices: [{ code: "new_column", column: "size" }],
      products: [{ sku: "7", name: "a,b", attributes: { size: "L" } }],
      problem: null,
    });
    const lacking = await run([file("title\ncode!size\n7!L\n"), "--profile", profile]);
    expect(lacking.stdout).toContain('The file lacks a column of the profile "Supplier": "label".');
    const config = { data_dir: folder, disk_reserve_bytes: 0 };
    await expect(run([path, "--profile", "no such"], sink(), config)).rejects.toThrow(UsageError);
  });
});
