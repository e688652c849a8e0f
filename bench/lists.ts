// How long a list, a filter and a search take: idle, while an import of 500,000 rows runs, and in the minute after it, next to
// the same questions written as usual (OFFSET, ILIKE over the table, count(*)).
import autocannon from "autocannon";
import type pg from "pg";
import { uploadPath } from "../client/upload.ts";
import { watchImport } from "../client/watch.ts";
import { connectClient } from "../src/db/connect.ts";
import { createRandom, fillCatalogue, skuOf, wordOf } from "./catalogue-data.ts";
import { fillIndex } from "./fill-index.ts";
import { startServer } from "./server.ts";
import { makeFiles } from "./speed.ts";

const SORTS = ["sku", "-sku", "name", "-name", "updated_at", "-updated_at", "created_at"];
const IMPORTED = 500_000;
const QUESTIONS = 210;
const MOST_USUAL = 1_000_000;

interface Question {
  kind: string;
  query: Record<string, string>;
}

/** @param folder of a catalogue that is kept: made when it is empty, and used as it is else. */
export async function measureLists(rows: number, folder?: string): Promise<string> {
  const server = await startServer(folder);
  const db = await connectClient(server.address, { application_name: "skuport bench" });
  try {
    const lines: string[] = [];
    const tell = (line: string): void => {
      lines.push(line);
      // A run takes minutes, and what it has found so far should not be lost with it.
      process.stderr.write(`${line}\n`);
    };
    tell(await prepare(db, rows, folder !== undefined));
    const ask = (question: Question): Promise<number> => timeOne(server.url, question);
    await run(ask, usual, QUESTIONS, 1); // warm
    tell(report("idle", await run(ask, usual, QUESTIONS, 2)));
    await run(ask, hard, QUESTIONS, 1);
    tell(report("idle, hard ones", await run(ask, hard, QUESTIONS, 2)));
    // Some minutes at 10,000,000 products, for what is known
    if (rows <= MOST_USUAL) tell(report("as usual", await run((question) => timeUsual(db, question), usual, 42, 2)));
    const requests = await autocannon({
      url: `${server.url}/api/products?search=${wordOf(300)}`,
      connections: 10,
      duration: 5,
    });
    tell(`requests a second, one word, 10 connections: ${Math.round(requests.requests.average)}`);
    const { first } = await makeFiles(IMPORTED);
    const upload = await uploadPath(first, { base_url: server.url });
    const loaded = (async () => {
      for await (const state of watchImport(upload.id, { base_url: server.url })) if (state.state === "done") return;
    })();
    tell(report("while 500,000 rows are imported", await runUntil(ask, loaded)));
    const after = performance.now();
    const indexed = caughtUp(db);
    tell(report("after it, until the index has caught up", await runUntil(ask, indexed)));
    tell(`caught up after ${((performance.now() - after) / 1000).toFixed(1)} s`);
    return `${lines.join("\n")}\n`;
  } finally {
    await db.end();
    await server.stop();
  }
}

/** A catalogue whose index has caught up, and how fast it did. */
async function prepare(db: pg.Client, rows: number, is_kept: boolean): Promise<string> {
  const { rows: found } = await db.query<{ products: number }>("select products from search_state");
  const products = found[0]?.products ?? 0;
  if (is_kept && products > 0) return `${products.toLocaleString("en")} products, as they were kept`;
  await fillCatalogue(db, rows);
  await db.query("vacuum analyze products");
  if (is_kept) {
    await fillIndex(db, rows);
    return "index: made in one go";
  }
  const started = performance.now();
  await caughtUp(db);
  return `index: ${Math.round((rows / (performance.now() - started)) * 1000).toLocaleString("en")} products a second`;
}

type Ask = (question: Question) => Promise<number>;

interface Words {
  /** One of so many words; the first are the most frequent. */
  word: (most: number) => string;
  rare: () => string;
  random: () => number;
  sku: string;
  n: number;
}

/** Kinds of questions in turn, each with other words. */
function usual({ word, random, sku, n }: Words): [kind: string, query: Record<string, string>][] {
  return [
    ["a page", {}],
    ["a word", { search: word(5000) }],
    ["a part of a word", { search: word(5000).slice(1) + "x".repeat(n % 2) }],
    ["two words", { search: `${word(300)} ${word(3000)}` }],
    ["a SKU", { search: sku }],
    ["a beginning of a SKU", { sku: `${sku.slice(0, 5)}*` }],
    ["inactive, a word", { active: "false", search: word(1000) }],
    ["an attribute", { "attributes.Brand": `Brand ${Math.floor(random() * 300)}` }],
  ];
}

/** What an index of words is bad at: what many have, what none has, what stands together, and what is too short. */
function hard({ word, rare, random }: Words): [kind: string, query: Record<string, string>][] {
  return [
    ["a frequent word", { search: word(30) }],
    ["two frequent words", { search: `${word(30)} ${word(30)}` }],
    ["three words", { search: `${word(100)} ${word(300)} ${word(1000)}` }],
    ["a frequent and a rare word", { search: `${word(30)} ${rare()}` }],
    ["a phrase", { search: `"${word(100)} ${word(300)}"` }],
    ["what none has", { search: "zzz" }],
    ["one letter", { search: "b" }],
    ["two letters", { search: "ba" }],
    ["two letters that few have", { search: "xq" }],
    ["three letters", { search: word(300).slice(0, 3) }],
    ["digits", { search: String(Math.floor(random() * 9000) + 1000) }],
    ["a word and an attribute", { search: word(1000), "attributes.Brand": `Brand ${Math.floor(random() * 30)}` }],
    ["a word of the name", { name: word(1000) }],
  ];
}

function questionOf(kinds: typeof usual, n: number, seed: number): Question {
  const random = createRandom(n * 1000 + seed);
  const queries = kinds({
    word: (most) => wordOf(Math.floor(random() ** 2 * most)),
    rare: () => wordOf(5000 + Math.floor(random() * 25_000)),
    random,
    sku: skuOf(Math.floor(random() * 400_000), random).toLowerCase(),
    n,
  });
  const [kind, query] = queries[n % queries.length] as [string, Record<string, string>];
  return { kind, query: { ...query, sort: SORTS[n % SORTS.length] as string, limit: "50" } };
}

type Times = Map<string, number[]>;

async function run(ask: Ask, kinds: typeof usual, count: number, seed: number): Promise<Times> {
  const times: Times = new Map();
  for (let n = 0; n < count; n++) await note(times, ask, questionOf(kinds, n, seed));
  return times;
}

async function runUntil(ask: Ask, end: Promise<unknown>): Promise<Times> {
  const times: Times = new Map();
  const state = { ended: false };
  const ended = end.then(() => (state.ended = true));
  for (let n = 0; !state.ended; n++) await note(times, ask, questionOf(usual, n, 3));
  await ended;
  return times;
}

async function note(times: Times, ask: Ask, question: Question): Promise<void> {
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

export async function caughtUp(db: pg.ClientBase): Promise<void> {
  for (;;) {
    const { rows } = await db.query<{ behind: boolean }>("select exists (select from search_backlog) as behind");
    if (rows[0]?.behind !== true) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
