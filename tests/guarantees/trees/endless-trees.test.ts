// XML and JSON files that are one endless value, uploaded to a real server while they are made. Each import ends with a clear error or rejects the
// record, and memory stays bounded. `TREE_MEGABYTES=1024 npm test -- tests/guarantees/trees/endless-trees` uses files of 1 GB and prints the costs.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { afterAll, beforeAll, expect, test } from "vitest";
import { isTerminal, type Import } from "../../../contract/imports/imports.ts";
import { startServer, type BenchServer } from "../../../bench/server.ts";
import { until } from "../../support/until.ts";

const MEGABYTE = 1 << 20;
const SIZE = Number(process.env["TREE_MEGABYTES"] ?? 32) * MEGABYTE;
/** Time limit that ends a test that hangs. It is far longer than a test takes. */
const TIMEOUT_MS = 900_000;
const MAX_MB = 400;

let folder = "";
let server: BenchServer;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "skuport-endless-"));
  server = await startServer(folder, { DATABASE_URL: "" });
});
afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Yields the start, the part until the file has SIZE bytes, and the end. */
function* fileOf(start: string, part: string, end: string): Generator<Buffer> {
  const block = Buffer.from(part.repeat(Math.ceil(MEGABYTE / part.length)));
  yield Buffer.from(start);
  for (let size = 0; size < SIZE; size += block.length) yield block;
  yield Buffer.from(end);
}

/** Returns the import when it has ended. If the import fails while the server is receiving the file, the server responds to the upload
 * with the problem. */
async function importStream(name: string, chunks: Iterable<Buffer>): Promise<Pick<Import, "state" | "problem">> {
  const response = await fetch(`${server.url}/api/imports?filename=${name}`, {
    method: "POST",
    headers: { "content-type": "application/octet-stream" },
    body: Readable.toWeb(Readable.from(chunks)) as ReadableStream,
    duplex: "half",
  });
  if (response.status === 422) return { state: "failed", problem: (await response.json()) as Import["problem"] };
  expect(response.status).toBe(201);
  const { id } = (await response.json()) as Import;
  const read = async (): Promise<Import> =>
    (await (await fetch(`${server.url}/api/imports/${String(id)}`)).json()) as Import;
  return until(async () => {
    const import_ = await read();
    return isTerminal(import_.state) || import_.state === "held" ? import_ : undefined;
  }, TIMEOUT_MS);
}

const XML = "<shop>\n<item><sku>A</sku><name>Lamp</name></item>";
const XML_END = "<item><sku>B</sku><name>Desk</name></item></shop>";
const LINES = '{"sku":"A","name":"Lamp"}\n';
const LINES_END = '\n{"sku":"B","name":"Desk"}\n';

interface Endless {
  name: string;
  file: [start: string, part: string, end: string];
  /** The part of the import that the test expects: the counts, or the problem. */
  expected: Record<string, unknown>;
}

const DONE = { state: "done", problem: null, rows: 3, rejected: 1 };
const failed = (slug: string, detail: string): Record<string, unknown> => ({
  state: "failed",
  problem: { type: `/problems/${slug}`, detail: expect.stringContaining(detail) as string },
});

const FILES: Endless[] = [
  { name: "text.xml", file: [`${XML}<item><sku>X</sku><t>`, "endless ", `</t></item>${XML_END}`], expected: DONE },
  { name: "children.xml", file: [`${XML}<item><sku>X</sku>`, "<c>1</c>", `</item>${XML_END}`], expected: DONE },
  {
    name: "cdata.xml",
    file: [`${XML}<item><sku>X</sku><![CDATA[`, "endless ", `]]></item>${XML_END}`],
    expected: DONE,
  },
  {
    name: "one-text.xml",
    file: ["<shop><item><t>", "endless ", "</t></item></shop>"],
    expected: failed("unsupported-file", "longer than 8 MB"),
  },
  { name: "open.xml", file: [`${XML}<item><t>`, "endless ", ""], expected: failed("broken-file", "is not closed") },
  {
    name: "tag.xml",
    file: [`${XML}<item t="`, "endless ", `"/>${XML_END}`],
    expected: failed("broken-file", "a tag has more than"),
  },
  {
    name: "text.json",
    file: ['[{"sku":"A","name":"Lamp"},{"sku":"X","t":"', "endless ", '"},{"sku":"B","name":"Desk"}]'],
    expected: DONE,
  },
  {
    name: "children.json",
    file: ['[{"sku":"A","name":"Lamp"},{"sku":"X","t":[', '"a",', '1]},{"sku":"B","name":"Desk"}]'],
    expected: DONE,
  },
  {
    name: "one-text.json",
    file: ['[{"sku":"A","t":"', "endless ", '"}]'],
    expected: failed("unsupported-file", "longer than 8 MB"),
  },
  {
    name: "open.json",
    file: ['[{"sku":"A","name":"Lamp"},{"sku":"X","t":"', "endless ", ""],
    expected: failed("broken-file", "ends within a value"),
  },
  { name: "line.jsonl", file: [`${LINES}{"sku":"X","t":"`, "endless ", `"}${LINES_END}`], expected: DONE },
  { name: "broken-line.jsonl", file: [LINES, "endless ", LINES_END], expected: DONE },
  {
    name: "one-line.jsonl",
    file: ['{"sku":"X","t":"', "endless ", '"}\n'],
    expected: failed("unsupported-file", "longer than 8 MB"),
  },
];

test.each(FILES)(
  "$name",
  async ({ name, file, expected }) => {
    await server.forgetPeak();
    const started = performance.now();
    const import_ = await importStream(name, fileOf(...file));
    const { server_mb: serverMb, worker_mb: workerMb } = await server.peakMemory();
    if (SIZE > 32 * MEGABYTE)
      console.log(
        name,
        import_.state,
        `${((performance.now() - started) / 1000).toFixed(1)} s`,
        serverMb,
        workerMb,
        "MB",
      );
    expect(import_).toMatchObject(expected);
    expect(serverMb).toBeLessThan(MAX_MB);
    expect(workerMb).toBeLessThan(MAX_MB);
  },
  TIMEOUT_MS,
);
