// npm run bench: measures and prints a section for bench/RESULTS.md.
//   npm run bench                      imports of 10,000 to 5,000,000 rows
//   npm run bench -- speed 500000 3    one size, so many rounds
//   npm run bench -- speed 5000000 1 http latency    and only these of: baselines cli http latency
//   npm run bench -- catalogue 1000000  lists, filters, searches, facets and histories of so many products
//   npm run bench -- catalogue 10000000 /tmp/kept    the same on a catalogue that is made once and kept
//   npm run bench -- catalogue 10000000 /tmp/kept facets idle usual    and only these of: lists hard facets history; idle usual importing
//   npm run bench -- kills 200         random kills over imports of 200,000 rows
//   npm run bench -- hostile hostile    a folder of hostile files: what their previews and imports cost server and worker
//   npm run bench -- faults 200        random faults of network, processes and PostgreSQL over everything that writes
//   npm run bench -- faults 10 vanished    only the kinds with this in their names
//   npm run bench -- webhooks 100000   deliveries of so many events, with kills, beside a receiver that hangs, during an import
//   npm run bench -- export 500000     exports in every format, and their import
//   npm run bench -- export 10000000 /tmp/kept csv gzip    the same of a kept catalogue, and only these of: csv sheet gzip jsonl xlsx
//   npm run bench -- scroll 1000000    the page's grid in a real browser: ms a frame, ms until far rows are there
//   npm run bench -- undo 500000       undo of an import that changed everything, and deleting all
//   npm run bench -- streams 100000    lists of so many products while no event stream is open and while 1,000 are
import { cpus, totalmem } from "node:os";
import { measureExport } from "./export.ts";
import { measureFaults } from "./faults/faults.ts";
import { measureHostile } from "./faults/hostile.ts";
import { measureKills } from "./faults/kills.ts";
import { measureLists } from "./lists/lists.ts";
import { measureScroll } from "./lists/scroll.ts";
import { measureSpeed, WAYS, type SpeedResult, type Way } from "./speed.ts";
import { measureStreams } from "./lists/streams.ts";
import { measureUndo, type UndoResult } from "./undo.ts";
import { measureWebhooks } from "./webhooks/webhooks.ts";

const SIZES: readonly (readonly [rows: number, rounds: number])[] = [
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

const [what = "speed", first, second, ...chosen] = process.argv.slice(2);
process.stdout.write(`${describeMachine()}\n\n`);
if (what === "speed") await speed(first === undefined ? SIZES : [[Number(first), Number(second ?? 3)]]);
else if (what === "hostile") process.stdout.write(await measureHostile(first ?? "hostile"));
else if (what === "kills") process.stdout.write(await measureKills(Number(first ?? 200)));
else if (what === "faults") process.stdout.write(await measureFaults(Number(first ?? 200), second));
else if (what === "catalogue") process.stdout.write(await measureLists(Number(first ?? 1_000_000), second, chosen));
else if (what === "export") process.stdout.write(await measureExport(Number(first ?? 500_000), second, chosen));
else if (what === "webhooks") process.stdout.write(await measureWebhooks(Number(first ?? 100_000), second));
else if (what === "scroll") process.stdout.write(await measureScroll(Number(first ?? 1_000_000), second));
else if (what === "streams") process.stdout.write(await measureStreams(Number(first ?? 100_000)));
else if (what === "undo") {
  process.stdout.write(undoTable([await measureUndo(Number(first ?? 500_000))]));
} else {
  process.stderr.write(
    `There is no bench "${what}": speed, catalogue, hostile, kills, faults, export, webhooks, scroll, streams or undo.\n`,
  );
  process.exitCode = 2;
}

async function speed(sizes: readonly (readonly [rows: number, rounds: number])[]): Promise<void> {
  const results: SpeedResult[] = [];
  const ways = chosen.length === 0 ? WAYS : WAYS.filter((way: Way) => chosen.includes(way));
  for (const [rows, rounds] of sizes) results.push(await measureSpeed(rows, rounds, ways));
  process.stdout.write(table(results));
}

function table(results: readonly SpeedResult[]): string {
  const head = `| rows | way | all new | unchanged | all changed | memory server / worker |\n| --- | --- | --- | --- | --- | --- |\n`;
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
      `| | GET /api/products/{sku} p95 meanwhile | | ${result.latency_p95_ms.toFixed(1)} ms | | |`,
    ];
  });
  return `${head}${lines.join("\n")}\n`;
}

function undoTable(results: readonly UndoResult[]): string {
  const head =
    "| rows | all new | all changed | undo | preview | undo beside 1,000 edits | delete all | undo of that |\n" +
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
