// `npm run bench -- webhooks`: measures deliveries and returns text for bench/RESULTS.md.
import { deliverMany, measureLatency, type DeliveriesReport } from "./deliveries.ts";
import { measureImport } from "./webhooks-import.ts";

const KILL_EVERY_MS = 5000;
const IMPORT_ROWS = 500_000;
const ROUNDS = 3;

const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`;

/** @param only the measurement to run: rate, kills, hanging or import. By default, all measurements run. */
export async function measureWebhooks(events: number, only?: string): Promise<string> {
  const lines: string[] = [];
  const wants = (name: string): boolean => only === undefined || only === name;
  if (wants("rate")) lines.push(describe("Undisturbed", await deliverMany(events)));
  if (wants("kills")) {
    const report = await deliverMany(events, KILL_EVERY_MS);
    lines.push(describe(`With ${String(report.kills)} kills of the worker, one every 5 s`, report));
  }
  if (wants("hanging")) {
    const alone = await measureLatency(20, "none");
    const beside = await measureLatency(20, "hanging");
    lines.push(
      `- From the commit of an event to its arrival, 50 per second: p50 ${alone.p50.toFixed(1)} ms, p99 ${alone.p99.toFixed(1)} ms; ` +
        `while the receiver of another webhook hangs: p50 ${beside.p50.toFixed(1)} ms, p99 ${beside.p99.toFixed(1)} ms.`,
    );
  }
  if (wants("import")) lines.push(await describeImport());
  return `${lines.join("\n")}\n`;
}

function describe(how: string, { events, ms, duplicated, faults, worker_mb }: DeliveriesReport): string {
  const rate = Math.round(events / (ms / 1000)).toLocaleString("en");
  const verdict = faults.length === 0 ? "none lost, all in the log" : faults.join("; ");
  return (
    `- ${how}: ${events.toLocaleString("en")} events in ${seconds(ms)}, ${rate} per second; ${verdict}; ` +
    `${String(duplicated)} arrived more than once${duplicated > 0 ? ", all of them sent shortly before a kill" : ""}. Worker: ${String(worker_mb)} MB at most.`
  );
}

async function describeImport(): Promise<string> {
  const { rows, rounds, alone_ms, with_webhooks_ms, edits_ms, batches_ms, faults } = await measureImport(
    IMPORT_ROWS,
    ROUNDS,
  );
  return (
    `- An import of ${rows.toLocaleString("en")} rows, ${String(rounds)} rounds: ${seconds(alone_ms)} alone, ` +
    `${seconds(with_webhooks_ms)} with four webhooks (${(with_webhooks_ms / alone_ms).toFixed(2)}x). ${String(edits_ms.length)} edits during the import ` +
    `arrived after ${Math.round(Math.min(...edits_ms)).toString()} to ${Math.round(Math.max(...edits_ms)).toString()} ms. All products in batches of 500 ` +
    `within ${seconds(batches_ms)} of the end: ${faults.length === 0 ? "each once" : faults.join("; ")}.`
  );
}
