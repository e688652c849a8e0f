// How long a list, a filter and a search take: idle, while an import of 500,000 rows runs, and in the minute after it, next to
// the same questions written as usual (OFFSET, ILIKE over the table, count(*)).
import autocannon from "autocannon";
import type pg from "pg";
import { uploadPath } from "../client/upload.ts";
import { watchImport } from "../client/watch.ts";
import { connectClient } from "../src/db/connect.ts";
import { createRandom, fillCatalogue, skuOf, wordOf } from "./catalogue-data.ts";
import { startServer } from "./server.ts";
import { makeFiles } from "./speed.ts";

const SORTS = ["sku", "-sku", "name", "-name", "updated_at", "-updated_at", "created_at"];
const IMPORTED = 500_000;
const QUESTIONS = 210;

interface Question {
  kind: string;
  query: Record<string, string>;
}

export async function measureLists(rows: number): Promise<string> {
  const server = await startServer();
  const db = await connectClient(server.address, { application_name: "skuport bench" });
  try {
    await fillCatalogue(db, rows);
    await db.query("vacuum analyze products");
    const started = performance.now();
    await caughtUp(db);
    const lines = [
      `index: ${Math.round((rows / (performance.now() - started)) * 1000).toLocaleString("en")} products a second`,
    ];
    const ask = (question: Question): Promise<number> => timeOne(server.url, question);
    await run(ask, QUESTIONS, 1); // warm
    lines.push(report("idle", await run(ask, QUESTIONS, 2)));
    lines.push(report("as usual", await run((question) => timeUsual(db, question), 42, 2)));
    const requests = await autocannon({
      url: `${server.url}/api/products?search=${wordOf(300)}`,
      connections: 10,
      duration: 5,
    });
    lines.push(`requests a second, one word, 10 connections: ${Math.round(requests.requests.average)}`);
    const { first } = await makeFiles(IMPORTED);
    const upload = await uploadPath(first, { base_url: server.url });
    const loaded = (async () => {
      for await (const state of watchImport(upload.id, { base_url: server.url })) if (state.state === "done") return;
    })();
    lines.push(report("while 500,000 rows are imported", await runUntil(ask, loaded)));
    const after = performance.now();
    const indexed = caughtUp(db);
    lines.push(report("after it, until the index has caught up", await runUntil(ask, indexed)));
    lines.push(`caught up after ${((performance.now() - after) / 1000).toFixed(1)} s`);
    return `${lines.join("\n")}\n`;
  } finally {
    await db.end();
    await server.stop();
  }
}

/** Kinds of questions in turn, each with other words. */
function questionOf(n: number, seed: number): Question {
  const random = createRandom(n * 1000 + seed);
  const word = (most: number): string => wordOf(Math.floor(random() ** 2 * most));
  const sku = skuOf(Math.floor(random() * 400_000), random).toLowerCase();
  const queries: [string, Record<string, string>][] = [
    ["a page", {}],
    ["a word", { search: word(5000) }],
    ["a part of a word", { search: word(5000).slice(1) + "x".repeat(n % 2) }],
    ["two words", { search: `${word(300)} ${word(3000)}` }],
    ["a SKU", { search: sku }],
    ["a beginning of a SKU", { sku: `${sku.slice(0, 5)}*` }],
    ["inactive, a word", { active: "false", search: word(1000) }],
    ["an attribute", { "attributes.Brand": `Brand ${Math.floor(random() * 300)}` }],
  ];
  const [kind, query] = queries[n % queries.length] as [string, Record<string, string>];
  return { kind, query: { ...query, sort: SORTS[n % SORTS.length] as string, limit: "50" } };
}

type Times = Map<string, number[]>;

async function run(ask: (question: Question) => Promise<number>, count: number, seed: number): Promise<Times> {
  const times: Times = new Map();
  for (let n = 0; n < count; n++) await note(times, ask, questionOf(n, seed));
  return times;
}

async function runUntil(ask: (question: Question) => Promise<number>, end: Promise<unknown>): Promise<Times> {
  const times: Times = new Map();
  const state = { ended: false };
  const ended = end.then(() => (state.ended = true));
  for (let n = 0; !state.ended; n++) await note(times, ask, questionOf(n, 3));
  await ended;
  return times;
}

async function note(times: Times, ask: (question: Question) => Promise<number>, question: Question): Promise<void> {
  times.set(question.kind, [...(times.get(question.kind) ?? []), await ask(question)]);
}

async function timeOne(url: string, { query }: Question): Promise<number> {
  const started = performance.now();
  const response = await fetch(`${url}/api/products?${new URLSearchParams(query).toString()}`);
  await response.arrayBuffer();
  if (!response.ok) throw new Error(`${response.status} for ${JSON.stringify(query)}`);
  return performance.now() - started;
}

/** What a back end usually does: the page by OFFSET, the count by count(*), the search by ILIKE. Page 40 of a list. */
async function timeUsual(db: pg.ClientBase, { query }: Question): Promise<number> {
  const { search = "", sku, active, sort = "sku" } = query;
  const conditions = ["true"];
  const values: string[] = [];
  for (const word of search.split(" ").filter(Boolean)) {
    const n = values.push(`%${word}%`);
    conditions.push(`(sku ilike $${n} or name ilike $${n} or description ilike $${n})`);
  }
  if (sku !== undefined) conditions.push(`sku ilike $${values.push(sku.replace("*", "%"))}`);
  if (active !== undefined) conditions.push("not active");
  if (query["attributes.Brand"] !== undefined)
    conditions.push(`attributes ->> 'Brand' = $${values.push(query["attributes.Brand"])}`);
  const where = conditions.join(" and ");
  const order = sort.startsWith("-") ? `${sort.slice(1)} desc` : sort;
  const started = performance.now();
  await db.query(`select count(*) from products where ${where}`, values);
  await db.query(`select * from products where ${where} order by ${order} limit 50 offset 2000`, values);
  return performance.now() - started;
}

function report(name: string, times: Times): string {
  const at = (all: number[], share: number): string => {
    const sorted = [...all].sort((a, b) => a - b);
    return (sorted[Math.min(Math.floor(sorted.length * share), sorted.length - 1)] ?? Number.NaN).toFixed(1);
  };
  const all = [...times.values()].flat();
  const kinds = [...times].map(([kind, some]) => `${kind} ${at(some, 0.5)} / ${at(some, 0.95)}`);
  return `${name}: p50 ${at(all, 0.5)} ms, p95 ${at(all, 0.95)} ms of ${all.length} (${kinds.join("; ")})`;
}

async function caughtUp(db: pg.ClientBase): Promise<void> {
  for (;;) {
    const { rows } = await db.query<{ behind: boolean }>("select exists (select from search_backlog) as behind");
    if (rows[0]?.behind !== true) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
