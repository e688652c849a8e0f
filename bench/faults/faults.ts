// Injects random faults of the network, the processes and PostgreSQL into imports, edits, bulk changes, undo and deliveries. After each
// fault, the catalogue must equal the expected catalogue (fault-model.ts), and no job or temporary file may be left.
import { setTimeout as sleep } from "node:timers/promises";
import { retryTransient } from "../../src/db/connection/connect.ts";
import { NOTHING_LEFT, settledLeftovers, temporaryFolders } from "../../tests/faults/support/leftovers.ts";
import { ACTIONS } from "./fault-actions.ts";
import { FAULTS } from "./fault-kinds.ts";
import { adopt, applyNames, compareWithModel, type Model } from "./fault-model.ts";
import { openSite, type Site } from "./fault-site.ts";

const PRODUCTS = 5000;
/** A fault is injected at most this long after an action's start. Most actions take longer. */
const LATEST_MS = 1500;

/** Runs `count` actions one after another and injects a fault into each. All kinds of faults occur equally often.
 * @param only injects only the kinds of faults whose names contain this text */
export async function measureFaults(count: number, only = ""): Promise<string> {
  const started = performance.now();
  const kinds = Object.entries(FAULTS).filter(([kind]) => kind.includes(only));
  const actions = Object.entries(ACTIONS);
  const tally = new Map(kinds.map(([kind]) => [kind, { injected: 0, wrong: [] as string[] }]));
  const temporaryBefore = await temporaryFolders();
  const site = await openSite();
  const model: Model = new Map();
  applyNames(model, new Map(Array.from({ length: PRODUCTS }, (_, i) => [`LAMP-${i}`, `Lamp ${i}`])));
  try {
    await ACTIONS["plain file"]?.(site, model, 0);
    for (const product of model.values()) product.version = 1;
    for (let round = 1; round <= count; round++) {
      const [kind, inject] = kinds[round % kinds.length] as (typeof kinds)[number];
      // Shift the actions by one after each round through all kinds of faults. Otherwise, an action might always get the same kinds.
      const [name, act] = actions[
        (round + Math.floor(round / kinds.length)) % actions.length
      ] as (typeof actions)[number];
      const ended = act(site, model, round).catch((error: unknown) => [`${name} failed: ${String(error)}`]);
      await sleep(Math.random() * LATEST_MS);
      await inject(site, ended);
      const wrong = [...(await ended), ...(await settle(site, model, temporaryBefore))];
      const counted = tally.get(kind) as { injected: number; wrong: string[] };
      counted.injected++;
      if (wrong.length > 0) await retryTransient(() => adopt(site.pool, model));
      if (wrong.length > 0) counted.wrong.push(`${name} (round ${round}): ${wrong.join("; ")}`);
      process.stderr.write(`${round} of ${count}: ${kind}, during ${name}: ${wrong.join("; ") || "right"}\n`);
    }
    const deliveries = await deliveryFaults(site);
    const minutes = ((performance.now() - started) / 60_000).toFixed(1);
    return report(tally, deliveries, minutes);
  } finally {
    await site.close();
  }
}

async function settle(site: Site, model: Model, temporaryBefore: readonly string[]): Promise<string[]> {
  const { pool, data_dir } = site;
  const left = await retryTransient(() => settledLeftovers(pool, { data_dir, temporary_before: temporaryBefore }));
  const faults = Object.entries(left)
    .filter(([name, value]) => String(value) !== String(NOTHING_LEFT[name as keyof typeof left]))
    .map(([name, value]) => `${name} left: ${String(value)}`);
  return [...faults, ...(await retryTransient(() => compareWithModel(pool, model)))];
}

/** Checks that every event has arrived. Events may arrive twice around a fault, because delivery is at least once. */
async function deliveryFaults({ pool, receiver }: Site): Promise<{ text: string; faults: string[] }> {
  const { rows } = await pool.query<{ id: string; state: string }>(
    "select s.prefix || '_' || d.event_id as id, d.state from webhook_deliveries d, webhook_source s",
  );
  const lost = rows.filter(({ id }) => !receiver.arrivals.has(id)).length;
  const unmarked = rows.filter(({ state }) => state !== "delivered").length;
  const twice = [...receiver.arrivals.values()].filter(({ times }) => times > 1).length;
  const faults: string[] = [];
  if (lost > 0) faults.push(`${lost} events never arrived`);
  if (unmarked > 0) faults.push(`${unmarked} deliveries are not marked delivered`);
  return { text: `${rows.length} deliveries: ${lost} lost, ${twice} arrived twice around a fault`, faults };
}

function report(
  tally: Map<string, { injected: number; wrong: string[] }>,
  deliveries: { text: string; faults: string[] },
  minutes: string,
): string {
  const lines = [...tally].map(([kind, { injected, wrong }]) => `| ${kind} | ${injected} | ${wrong.length} |`);
  const wrong = [...[...tally.values()].flatMap((one) => one.wrong), ...deliveries.faults];
  const total = [...tally.values()].reduce((sum, { injected }) => sum + injected, 0);
  const head = `${total} random faults in ${minutes} minutes: ${wrong.length} wrong; ${deliveries.text}`;
  return `${head}\n\n| fault | injected | wrong |\n| --- | --- | --- |\n${lines.join("\n")}\n${wrong.map((text) => `\n- ${text}`).join("")}\n`;
}
