// Shows the progress of an import: on a terminal as a bar with rate and time left, in a log as one line per stage.
import { isTerminal } from "../../../contract/imports/import-names.ts";
import type { ListedImport } from "../../../contract/imports/imports.ts";
import { questionOf, reviewOf, type Question, type Review } from "../../../contract/imports/question.ts";
import type { OutputStream } from "../command.ts";
import { describeTarget } from "../describe-target.ts";
import { oneLine, redrawLine } from "../../terminal.ts";

export interface Progress {
  upload(sent: number): void;
  /** Shows that the server is receiving too many files. The command sends its file again after a pause. */
  busy(): void;
  show(state: ListedImport): void;
  end(): void;
}

const BAR_CHARACTERS = 24;
const REDRAW_MS = 100;
/** The progress shows the time left only after this delay, because earlier estimates vary too much. */
const STABLE_AFTER_MS = 1000;

/** Text for each state of a running import. undefined = the import has ended. */
const STAGES: Record<ListedImport["state"], string | undefined> = {
  receiving: "Sending",
  paused: "Paused",
  scanning: "Scanning",
  held: "Waiting for an answer",
  ready: "Waiting",
  loading: "Loading",
  finishing: "Finishing",
  done: undefined,
  failed: undefined,
  cancelled: undefined,
};

/** Text shown instead of the stage while the import waits. */
const WAITS: Record<NonNullable<ListedImport["wait_reason"]>, string> = {
  "disk-full": "The server's disk is full. Waiting to continue",
  "file-missing": "The uploaded file was not found, or its storage is not available. Waiting to continue",
};

/** @param out undefined = show nothing */
export function createProgress(out: OutputStream | undefined, path: string, size: number | null): Progress {
  if (out === undefined)
    return { upload: () => undefined, busy: () => undefined, show: () => undefined, end: () => undefined };
  return out.isTTY ? createBar(out, size) : createLines(out, path);
}

function createBar(out: OutputStream, size: number | null): Progress {
  let drawn = 0;
  const draw = (stage: string, share: number, details: string, force: boolean): void => {
    if (!force && performance.now() - drawn < REDRAW_MS) return;
    drawn = performance.now();
    const full = Math.round(share * BAR_CHARACTERS);
    const bar = "█".repeat(full) + "░".repeat(BAR_CHARACTERS - full);
    const line = `${stage.padEnd(9)} ${bar} ${String(Math.floor(share * 100)).padStart(3)} %  ${details}`;
    // Cut at the width of the terminal, because a wrapped line could not be redrawn.
    redrawLine(out, line.slice(0, Math.max((out.columns ?? 80) - 1, 20)));
  };
  return {
    upload(sent) {
      if (size === null) draw("Sending", 0, `${megabytes(sent)} MB`, false);
      else draw("Sending", size === 0 ? 1 : sent / size, `${megabytes(sent)} of ${megabytes(size)} MB`, sent === size);
    },
    busy() {
      draw("Waiting", 0, "The server is receiving too many files.", true);
    },
    show(state) {
      const stage = STAGES[state.state];
      if (stage === undefined) return;
      const rate = state.rows_per_second === null ? "" : `${count(state.rows_per_second)} rows/s`;
      if (state.wait_reason !== null) {
        draw("Waiting", state.fraction, "The server's disk is full.", false);
        return;
      }
      const rows = state.rows === null ? "" : `${count(handled(state))} of ${count(state.rows)} rows  `;
      draw(stage, state.fraction, `${rows}${rate}${timeLeft(state)}`, false);
    },
    end() {
      redrawLine(out, "");
    },
  };
}

function createLines(out: OutputStream, path: string): Progress {
  let stage: string | undefined;
  const print = (next: string | undefined): void => {
    if (next === undefined || next === stage) return;
    stage = next;
    out.write(`${next} ${oneLine(path)}\n`);
  };
  return {
    upload: () => {
      print("Sending");
    },
    busy: () => {
      print("The server is receiving too many files. Waiting to send");
    },
    show: ({ state, wait_reason }) => {
      print(wait_reason === null ? STAGES[state] : WAITS[wait_reason]);
    },
    end: () => undefined,
  };
}

/** The summary of an ended import. @param baseUrl the server; undefined = imported without a server */
export function describeResult(import_: ListedImport, baseUrl?: string): string {
  const {
    id,
    state,
    rows,
    lines,
    created,
    updated,
    unchanged,
    deleted,
    adds,
    superseded,
    rejected,
    ignored,
    rejects_listed,
    elapsed_ms,
    problem,
  } = import_;
  const filename = nameOf(import_);
  const head: Partial<Record<ListedImport["state"], string>> = {
    done: `Import ${id} of ${filename} finished in ${seconds(elapsed_ms.total)} s.`,
    cancelled: `Import ${id} of ${filename} was cancelled. Rows loaded before that stay in the catalogue.`,
    failed: `Import ${id} of ${filename} failed: ${oneLine(problem?.detail ?? "The server gave no reason.")}`,
  };
  const review = state === "held" ? reviewOf(problem) : undefined;
  if (review !== undefined) return describeReview(import_, review);
  const question = state === "held" ? questionOf(problem) : undefined;
  if (question !== undefined) return describeQuestion(import_, question);
  const output = [head[state] ?? `Import ${id} of ${filename} is ${state}.`];
  if (rows !== null) {
    output.push(`  ${countOf(rows, "row")} on ${countOf(lines ?? 0, "line")}:`);
    // Most imports neither delete products nor have rows that add values to the products of other rows.
    const rare = { ...(deleted > 0 ? { deleted } : {}), ...(adds > 0 ? { additions: adds } : {}) };
    const counts = { created, updated, unchanged, ...rare, superseded, rejected, ignored };
    const width = Math.max(...Object.values(counts).map((number) => count(number).length));
    for (const [name, number] of Object.entries(counts)) output.push(`  ${count(number).padStart(width)} ${name}`);
    const where = baseUrl === undefined ? " (when a server is running): " : `: ${baseUrl}`;
    const listed =
      rejects_listed < rejected ? `first ${rejects_listed.toLocaleString("en")} rejected rows` : "rejected rows";
    if (superseded > 0)
      output.push(
        `  Note: ${countOf(superseded, "row")} ${superseded === 1 ? "was" : "were"} not applied (superseded), because another row of the file has the same SKU. If these are different products, choose another key (--key, or --mapping with a key of several columns).`,
      );
    for (const { message } of import_.notices) output.push(`  Note: ${oneLine(message)}`);
    if (rejected > 0) output.push(`  Download the ${listed} with their reasons${where}/api/imports/${id}/rejects.csv`);
    if (ignored + adds > 0)
      output.push(
        `  List the ${ignored > 0 ? "ignored rows" : "additions"} with their reasons${where}/api/imports/${id}/ignored`,
      );
  }
  return `${output.join("\n")}\n`;
}

/** Maximum number of columns that a review shows. */
const SHOWN_COLUMNS = 100;

/** The figures of a file, what its columns become, and the option that starts the import. */
function describeReview(import_: ListedImport, review: Review): string {
  const { columns, notices } = import_;
  const { rows, rejected, ignored, deleted, adds, key } = review;
  const shown = (columns ?? []).slice(0, SHOWN_COLUMNS);
  const width = Math.min(40, Math.max(0, ...shown.map(({ name }) => name.length)));
  const hidden = (columns ?? []).length - shown.length;
  return [
    `${nameOf(import_)} was checked, and nothing was imported.`,
    `  ${countOf(rows, "row")}, ${count(rejected)} rejected, ${count(ignored)} ignored${adds > 0 ? `, ${countOf(adds, "addition")}` : ""}`,
    ...(deleted > 0
      ? [`  ${countOf(deleted, "row")} to delete ${deleted === 1 ? "its product" : "their products"}`]
      : []),
    `  key ${oneLine(key.column)}: ${count(key.distinct)} different, ${count(key.blank)} blank, ${count(key.in_catalogue)} in the catalogue`,
    ...shown.map((column) => `    ${oneLine(column.name).padEnd(width)}  ${describeTarget(column)}`),
    ...(hidden > 0 ? [`    and ${countOf(hidden, "column")} more`] : []),
    ...notices.map(({ message }) => `  Note: ${oneLine(message)}`),
    "To import the file, run the command again with --review never. To change what the columns become, add --key, --name, --profile or --mapping.",
    "",
  ].join("\n");
}

/** The question of a held import, with the options that answer it. */
function describeQuestion(import_: ListedImport, { option, candidates }: Question): string {
  const [member] = readMembers(import_);
  const chosen = member === undefined ? "" : ` --member ${JSON.stringify(oneLine(member))}`;
  // The server selects no profile for an import with the option `key` or `name`. The user may answer with one of these options, so each
  // answer also names the profile of the held import.
  const { profile } = import_;
  const named = profile === null ? "" : ` --profile ${JSON.stringify(oneLine(profile.name))}`;
  const given = candidates.map(({ value, mapping }) =>
    mapping === undefined
      ? `--${option.replaceAll("_", "-")} ${JSON.stringify(oneLine(value))}${named}${chosen}`
      : `--mapping FILE${chosen}`,
  );
  const width = Math.max(0, ...given.map(({ length }) => length));
  const answers = candidates.map(
    ({ samples, mapping, value }, index) =>
      `  ${(given[index] as string).padEnd(width)}  ${samples.map((sample) => oneLine(sample)).join(", ")}`.trimEnd() +
      (mapping === undefined
        ? ""
        : `\n      makes a product of each "${oneLine(value)}", if FILE contains ${JSON.stringify(mapping)}`),
  );
  const detail = oneLine(import_.problem?.detail ?? "");
  const question = `${nameOf(import_)} needs a decision, and nothing was imported. ${detail}`;
  // The user answers by changing the mapping, not by giving a value for the option. `question` already lists the values that the
  // mapping lacks.
  if (option === "mapping")
    return `${question}\nChange the file that --mapping names, or the profile, and run the command again.\n`;
  if (candidates.length === 0) {
    // Without names, an import can still change existing products.
    const update = option === "name" ? ", with --mode update" : "";
    return `${question}\nRun the command again with --${option} COLUMN${update}, or with a mapping (--mapping).\n`;
  }
  return [question, "Run the command again with one of these options:", ...answers, ""].join("\n");
}

const readMembers = ({ dialect }: ListedImport): string[] =>
  (dialect?.members ?? []).filter(({ read }) => read).map(({ name }) => name);

/** The name of the file, and of the table if the file is a zip file with several tables. */
function nameOf(import_: ListedImport): string {
  const [first, ...others] = readMembers(import_).map(oneLine);
  const more = others.length === 0 ? "" : ` and ${countOf(others.length, "more file")}`;
  return `${oneLine(import_.filename)}${first === undefined ? "" : ` (${first}${more})`}`;
}

const handled = (state: ListedImport): number =>
  state.created +
  state.updated +
  state.unchanged +
  state.deleted +
  state.adds +
  state.superseded +
  state.rejected +
  state.ignored;

function timeLeft(state: ListedImport): string {
  if (isTerminal(state.state) || state.elapsed_ms.load < STABLE_AFTER_MS || state.rows === null) return "";
  const loaded = state.created + state.updated + state.unchanged + state.deleted;
  if (loaded === 0) return "";
  const leftMs = ((state.rows - handled(state)) * state.elapsed_ms.load) / loaded;
  return `  ${Math.ceil(leftMs / 1000)} s left`;
}

const count = (number: number): string => number.toLocaleString("en");
const countOf = (number: number, noun: string): string => `${count(number)} ${noun}${number === 1 ? "" : "s"}`;
const seconds = (ms: number): string => (ms / 1000).toFixed(1);
const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);
