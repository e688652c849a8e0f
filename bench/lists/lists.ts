// How long lists, filters, searches, facets and histories take: idle, while an import of 500,000 rows runs, and in the minute
// after it, next to the same questions answered as usual.
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import autocannon from "autocannon";
import type pg from "pg";
import { connectClient } from "../../src/db/connection/connect.ts";
import { fillCatalogue, wordOf } from "./catalogue-data.ts";
import { generateFile } from "../generate.ts";
import { caughtUp, ensureCatalogue, ensureHistory } from "./kept.ts";
import { questionsOf, WHAT, type Question, type Questions, type What } from "./questions.ts";
import { importFile, undo } from "../requests.ts";
import { startServer, type BenchServer } from "../server.ts";
import { timeUsual } from "./usual.ts";

const IMPORTED = 500_000;
const QUESTIONS = 210;
/** Of the usual way there are fewer: at 10,000,000 products one takes ten seconds. */
const USUAL_QUESTIONS = 42;
const USUAL_MS = 60_000;
/** A p95 of fewer is none. Until there are so many another import is begun. */
const ENOUGH = 100;

const WHEN = ["idle", "usual", "importing"] as const;

/** @param folder of a catalogue that is kept: made when it is empty, and used as it is else; at the end it is as it was.
 * @param chosen of WHAT and WHEN those that are measured, all where none is named */
export async function measureLists(rows: number, folder?: string, chosen: readonly string[] = []): Promise<string> {
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
    const changed = await ensureHistory(db, server);
    const whens = chosenOf(WHEN, chosen);
    for (const what of chosenOf(WHAT, chosen)) {
      const questions = questionsOf(what, changed);
      await server.forgetPeak();
      if (whens.includes("idle")) await measureIdle(server, what, questions, tell);
      // Hard ones are asked idle only
      if (what !== "hard") {
        if (whens.includes("usual")) tell(report(`${what}, as usual`, await runUsual(db, questions)));
        if (whens.includes("importing")) await measureImporting(server, db, what, questions, tell);
      }
      const { server_mb, worker_mb } = await server.peakMemory();
      tell(`${what}, peak memory of server / worker: ${server_mb} / ${worker_mb} MB`);
    }
    return `${lines.join("\n")}\n`;
  } finally {
    await db.end();
    await server.stop();
  }
}

function chosenOf<Name extends string>(names: readonly Name[], chosen: readonly string[]): readonly Name[] {
  const some = names.filter((name) => chosen.includes(name));
  return some.length > 0 ? some : names;
}

async function prepare(db: pg.Client, rows: number, isKept: boolean): Promise<string> {
  if (isKept) return `${(await ensureCatalogue(db, rows)).toLocaleString("en")} products`;
  await fillCatalogue(db, rows);
  await db.query("vacuum analyze products");
  const started = performance.now();
  await caughtUp(db);
  return `index: ${Math.round((rows / (performance.now() - started)) * 1000).toLocaleString("en")} products a second`;
}

type Tell = (line: string) => void;

async function measureIdle(server: BenchServer, what: What, questions: Questions, tell: Tell): Promise<void> {
  const run = async (seed: number): Promise<Times> => {
    const times: Times = new Map();
    for (let n = 0; n < QUESTIONS; n++) await timeOne(times, server, questions(n, seed));
    return times;
  };
  await run(1); // warm
  tell(report(`${what}, idle`, await run(2)));
  if (what === "hard") return;
  const { path, query } = questions(0, 2);
  const asked = what === "lists" ? { search: wordOf(300) } : query;
  const { requests } = await autocannon({ url: addressOf(server, path, asked), connections: 10, duration: 5 });
  tell(`${what}, requests a second of one question, 10 connections: ${Math.round(requests.average)}`);
}

async function runUsual(db: pg.ClientBase, questions: Questions): Promise<Times> {
  const times: Times = new Map();
  const started = performance.now();
  for (let n = 0; n < USUAL_QUESTIONS && performance.now() - started < USUAL_MS; n++) {
    const question = questions(n, 2);
    note(times, question, await timeUsual(db, question));
  }
  return times;
}

/** Imports of new products, one after the other, each taken back so that the catalogue keeps its size. */
async function measureImporting(
  server: BenchServer,
  db: pg.ClientBase,
  what: What,
  questions: Questions,
  tell: Tell,
): Promise<void> {
  const during: Times = new Map();
  const after: Times = new Map();
  const [importMs, catchUpMs]: [number[], number[]] = [[], []];
  while (countOf(during) < ENOUGH) {
    const file = await newProducts(db);
    const imported = importFile(server, file);
    await askUntil(imported, during, server, questions);
    const { changeset_id, ms } = await imported;
    importMs.push(ms);
    await rm(file);
    const ended = performance.now();
    await askUntil(caughtUp(db), after, server, questions);
    catchUpMs.push(performance.now() - ended);
    await undo(server, changeset_id as number);
    await caughtUp(db);
  }
  const seconds = (times: number[]): string => times.map((ms) => `${(ms / 1000).toFixed(1)} s`).join(", ");
  tell(report(`${what}, while 500,000 rows are imported (${seconds(importMs)})`, during));
  tell(report(`${what}, after it, until the index has caught up (${seconds(catchUpMs)})`, after));
}

/** A file whose SKUs the catalogue has never seen: none of an earlier import's. */
async function newProducts(db: pg.ClientBase): Promise<string> {
  const { rows } = await db.query<{ imports: number }>("select coalesce(max(id), 0) as imports from imports");
  const salt = rows[0]?.imports === 0 ? "" : `-${rows[0]?.imports}`;
  const path = join(tmpdir(), `skuport-${IMPORTED}${salt}.csv`);
  await generateFile(path, { rows: IMPORTED, salt });
  return path;
}

type Times = Map<string, number[]>;

async function askUntil(end: Promise<unknown>, times: Times, server: BenchServer, questions: Questions): Promise<void> {
  const state = { ended: false };
  const ended = end.then(() => (state.ended = true));
  for (let n = countOf(times); !state.ended; n++) await timeOne(times, server, questions(n, 3));
  await ended;
}

async function timeOne(times: Times, server: BenchServer, question: Question): Promise<void> {
  const started = performance.now();
  const response = await fetch(addressOf(server, question.path, question.query));
  await response.arrayBuffer();
  if (!response.ok) throw new Error(`${response.status} for ${JSON.stringify(question)}`);
  note(times, question, performance.now() - started);
}

const addressOf = ({ url }: BenchServer, path: string, query: Question["query"]): string =>
  `${url}${path}?${new URLSearchParams(query).toString()}`;

function note(times: Times, { kind }: Question, ms: number): void {
  times.set(kind, [...(times.get(kind) ?? []), ms]);
}

const countOf = (times: Times): number => [...times.values()].flat().length;

function report(name: string, times: Times): string {
  const at = (all: number[], share: number): string => {
    const sorted = [...all].sort((a, b) => a - b);
    return (sorted[Math.min(Math.floor(sorted.length * share), sorted.length - 1)] ?? Number.NaN).toFixed(1);
  };
  const all = [...times.values()].flat();
  const kinds = [...times].map(([kind, some]) => `${kind} ${at(some, 0.5)} / ${at(some, 0.95)}`);
  return `${name}: p50 ${at(all, 0.5)} ms, p95 ${at(all, 0.95)} ms of ${all.length} (${kinds.join("; ")})`;
}
