// Maps errors of PostgreSQL and full disks to problems, by SQLSTATE or errno. Only broken connections, which have neither, are recognized
// by a message (see `isTransient`).
import { isTransient } from "../db/connection/connect.ts";
import { Problem, type ProblemSlug } from "../../contract/problems.ts";

type Answer = readonly [slug: ProblemSlug, detail: string];

const AWAY: Answer = ["not-ready", "The database does not respond at the moment. Try again in a few seconds."];
const FULL: Answer = [
  "disk-full",
  "The disk of the server or its database is full, so nothing can be saved. Free some space and try again.",
];
const NOT_TEXT: Answer = [
  "invalid-request",
  "The request contains a character that the database cannot store, such as NUL (U+0000). Remove it and try again.",
];
const TOO_COMPLEX: Answer = [
  "invalid-request",
  "The request is longer or more deeply nested than the database accepts. Split it into smaller requests.",
];

// https://www.postgresql.org/docs/current/errcodes-appendix.html
const BY_SQLSTATE: Readonly<Record<string, Answer>> = {
  "22021": NOT_TEXT, // character_not_in_repertoire: a NUL character, or bytes that are not UTF-8
  "22P05": NOT_TEXT, // untranslatable_character: \u0000 in jsonb
  "25006": ["not-ready", "The database is read-only at the moment. Try again in a minute."],
  "25P03": ["not-ready", "The database ended a transaction that had waited too long. Try again in a few seconds."],
  "25P04": ["not-ready", "The database ended a transaction that took too long. Try again in a few seconds."],
  "40001": ["not-ready", "Another change was made at the same time. Try again in a few seconds."],
  "40P01": ["not-ready", "Another change was made at the same time. Try again in a few seconds."],
  "53000": ["not-ready", "The database lacks resources at the moment. Try again in a minute."],
  "53100": FULL,
  "53200": ["not-ready", "The database is out of memory at the moment. Try again in a minute."],
  "53300": ["not-ready", "The database has no free connection at the moment. Try again in a few seconds."],
  "53400": ["not-ready", "The request exceeds a limit that the database is configured with. Ask its administrator."],
  "54000": TOO_COMPLEX, // program_limit_exceeded, such as a value that is too long for an index
  "54001": TOO_COMPLEX, // statement_too_complex: deeper than PostgreSQL's stack
  "55P03": ["not-ready", "Another change has locked data that this request needs. Try again in a few seconds."],
  "57014": ["not-ready", "The database cancelled the query because it took too long. Try again in a minute."],
  "57P01": AWAY, // admin_shutdown
  "57P02": AWAY, // crash_shutdown
  "57P03": AWAY, // cannot_connect_now
  "57P05": AWAY, // idle_session_timeout
};

const BY_ERRNO: Readonly<Record<string, Answer>> = { ENOSPC: FULL, EDQUOT: FULL };

/** Returns the problem for `error` or one of its causes, or undefined for errors of our own code. */
export function problemOfDatabase(error: unknown): Problem | undefined {
  const [slug, detail] = answerTo(error) ?? (isTransient(error) ? AWAY : []);
  return slug === undefined || detail === undefined ? undefined : new Problem(slug, detail, { cause: error });
}

function answerTo(error: unknown): Answer | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code } = error as NodeJS.ErrnoException;
  const answer = code === undefined ? undefined : (ownValue(BY_SQLSTATE, code) ?? ownValue(BY_ERRNO, code));
  if (answer !== undefined) return answer;
  // SQLSTATE class 08: the connection failed or was never established.
  if (code !== undefined && /^08[0-9A-Z]{3}$/.test(code) && code !== "08P01") return AWAY;
  const inner: unknown[] = error instanceof AggregateError ? error.errors : [];
  for (const cause of [...inner, error.cause]) {
    const found = answerTo(cause);
    if (found !== undefined) return found;
  }
  return undefined;
}

const ownValue = (table: Readonly<Record<string, Answer>>, name: string): Answer | undefined =>
  Object.hasOwn(table, name) ? table[name] : undefined;
