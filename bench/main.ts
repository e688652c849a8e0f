// `npm run bench`: measures and prints a section for bench/RESULTS.md.
//   npm run bench                      imports of 10,000 to 5,000,000 rows
//   npm run bench -- speed 500000 3    imports of 500,000 rows, three rounds
//   npm run bench -- speed 5000000 1 http latency    the same with only the named measurements. Names: baselines cli http latency
//   npm run bench -- mapping 500000 3  a mapping with ten steps, compared with one that copies columns
//   npm run bench -- shapes 500000 3   rows that form products together, compared with rows that are products
//   npm run bench -- formats 500000 3  500,000 records in CSV and XML, 1,000,000 in JSON Lines and Parquet
//   npm run bench -- catalogue 1000000  lists, filters, searches, facets and histories
//   npm run bench -- catalogue 10000000 /tmp/kept    the same on a catalogue that is created once and kept
//   npm run bench -- catalogue 10000000 /tmp/kept facets idle    only the named requests and conditions
//     Requests: lists, hard (searches that are hard for the index), facets, tags (an attribute of lists), history. Conditions: idle, importing, conventional (plain SQL, without Skuport).
//   npm run bench -- kills 200         random kills during imports of 200,000 rows
//   npm run bench -- hostile FOLDER    previews and imports of the files in the folder (default: hostile)
//   npm run bench -- faults 200        random faults of network, processes and PostgreSQL during all kinds of writes
//   npm run bench -- faults 10 vanished    only the kinds of faults whose names contain "vanished"
//   npm run bench -- webhooks 100000   deliveries: undisturbed, with kills, while another receiver hangs, and during an import
//   npm run bench -- export 500000     exports in every format, and their re-import
//   npm run bench -- export 10000000 /tmp/kept csv gzip    exports of a kept catalogue, only in the named formats. Formats: csv sheet gzip jsonl xlsx
//   npm run bench -- scroll 1000000    the page's grid in a real browser: time per frame, time until far rows appear
//   npm run bench -- undo 500000       undo of an import that changed everything, and delete all
//   npm run bench -- streams 100000    lists without event streams and with 1,000 of them
import { cpus, totalmem } from "node:os";
import { measureExport } from "./export.ts";
import { measureFaults } from "./faults/faults.ts";
import { measureHostile } from "./faults/hostile.ts";
import { measureKills } from "./faults/kills.ts";
import { measureLists } from "./lists/lists.ts";
import { measureScroll } from "./lists/scroll.ts";
import { measureFormats } from "./imports/formats.ts";
import { measureMapping } from "./imports/mapping.ts";
import { measureShapes } from "./imports/shapes.ts";
import { measureSpeed, WAYS, type SpeedResult, type Way } from "./speed.ts";
import { measureStreams } from "./lists/streams.ts";
import { measureUndo, type UndoResult } from "./undo.ts";
import { measureWebhooks } from "./webhooks/webhooks.ts";

const SIZES: Sizes = [
  [10_000, 5],
  [100_000, 3],
  [500_000, 3],
  [1_000_000, 3],
  [5_000_000, 1],
];

const ms = (value: number): string => (Number.isNaN(value) ? "–" : `${(value / 1000).toFixed(2)} s`);
const ratio = (ours: number, theirs: number): string => {
  const value = ours / theirs;
  return Number.isNaN(value) ? "–" : `${value.toFixed(2)}x`;
};

/** Each measurement returns its section of bench/RESULTS.md. Its arguments are the words after its name on the command line. */
const BENCHES: Readonly<Record<string, (args: readonly string[]) => Promise<string>>> = {
  speed: ([rows, rounds, ...ways]) => speed(rows === undefined ? SIZES : [[Number(rows), Number(rounds ?? 3)]], ways),
  catalogue: ([rows, folder, ...chosen]) => measureLists(Number(rows ?? 1_000_000), folder, chosen),
  mapping: ([rows, rounds]) => measureMapping(Number(rows ?? 500_000), Number(rounds ?? 3)),
  shapes: ([rows, rounds]) => measureShapes(Number(rows ?? 500_000), Number(rounds ?? 3)),
  formats: ([rows, rounds]) => measureFormats(Number(rows ?? 500_000), Number(rounds ?? 3)),
  hostile: ([folder]) => measureHostile(folder ?? "hostile"),
  kills: ([kills]) => measureKills(Number(kills ?? 200)),
  faults: ([faults, only]) => measureFaults(Number(faults ?? 200), only),
  export: ([rows, folder, ...formats]) => measureExport(Number(rows ?? 500_000), folder, formats),
  webhooks: ([events, only]) => measureWebhooks(Number(events ?? 100_000), only),
  scroll: ([rows, folder]) => measureScroll(Number(rows ?? 1_000_000), folder),
  streams: ([rows]) => measureStreams(Number(rows ?? 100_000)),
  undo: async ([rows]) => undoTable([await measureUndo(Number(rows ?? 500_000))]),
};

const [name = "speed", ...args] = process.argv.slice(2);
const bench = BENCHES[name];
if (bench === undefined) {
  process.stderr.write(`There is no bench "${name}". Benches: ${Object.keys(BENCHES).join(", ")}.\n`);
  process.exitCode = 2;
} else {
  process.stdout.write(`${describeMachine()}\n\n`);
  process.stdout.write(await bench(args));
}
type Sizes = readonly (readonly [rows: number, rounds: number])[];

async function speed(sizes: Sizes, chosen: readonly string[]): Promise<string> {
  const results: SpeedResult[] = [];
  const ways = chosen.length === 0 ? WAYS : WAYS.filter((way: Way) => chosen.includes(way));
  for (const [rows, rounds] of sizes) results.push(await measureSpeed(rows, rounds, ways));
  return speedTable(results);
}

function speedTable(results: readonly SpeedResult[]): string {
  const head = `| rows | way | new rows | unchanged rows | changed rows | memory server / worker |\n| --- | --- | --- | --- | --- | --- |\n`;
  const lines = results.flatMap((result) => {
    const { rows, bare, expert, cli, http } = result;
    const ours = (name: string, times: SpeedResult["cli"]): string =>
      `| | ${name} | ${ms(times.created)} (${ratio(times.created, expert.created)} of expert, ${ratio(times.created, bare)} of bare) ` +
      `| ${ms(times.unchanged)} (${ratio(times.unchanged, expert.unchanged)}) | ${ms(times.changed)} (${ratio(times.changed, expert.changed)}) ` +
      `| ${result.server_mb} / ${result.worker_mb} MB |`;
    return [
      `| ${rows.toLocaleString("en")} (${result.rounds} rounds) | bare COPY, deduplicated | ${ms(bare)} | | | |`,
      `| | expert SQL | ${ms(expert.created)} | ${ms(expert.unchanged)} | ${ms(expert.changed)} | |`,
      ours("skuport import", cli),
      ours("HTTP", http),
      `| | GET /api/products/{sku} p95 during an import | | ${result.latency_p95_ms.toFixed(1)} ms | | |`,
    ];
  });
  return `${head}${lines.join("\n")}\n`;
}

function undoTable(results: readonly UndoResult[]): string {
  const head =
    "| rows | all new | all changed | undo | preview | undo beside 1,000 edits | delete all | undo of delete all |\n" +
    "| --- | --- | --- | --- | --- | --- | --- | --- |\n";
  const lines = results.map(
    (result) =>
      `| ${result.rows.toLocaleString("en")} | ${ms(result.created_ms)} | ${ms(result.changed_ms)} ` +
      `| ${ms(result.undo_ms)} (${ratio(result.undo_ms, result.changed_ms)} of the import) | ${ms(result.preview_ms)} ` +
      `| ${ms(result.undo_edited_ms)} | ${ms(result.delete_all_ms)} | ${ms(result.undo_delete_all_ms)} |`,
  );
  return `${head}${lines.join("\n")}\n`;
}

function describeMachine(): string {
  const model = cpus()[0]?.model ?? "unknown processor";
  return `${new Date().toISOString().slice(0, 10)}, ${cpus().length} cores of ${model}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}, embedded PostgreSQL 18, durable defaults`;
}
