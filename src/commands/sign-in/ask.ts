// Asks the user at the terminal. Without a terminal, the answers are lines of standard input.
import { createInterface } from "node:readline";
import { Writable } from "node:stream";
import type { Io } from "../command.ts";
import { SignInError } from "../server/sign-in-error.ts";

export interface Asker {
  ask(question: string): Promise<string>;
  /** Does not show what the user types. */
  askHidden(question: string): Promise<string>;
  close(): void;
}

type Terminal = Pick<Io, "stdin" | "stderr" | "signal">;

export const createAsker = (io: Terminal): Asker => (io.stdin.isTTY ? askTerminal(io) : readLines(io));

function askTerminal(io: Terminal): Asker {
  return {
    ask: (question) => askOnce(question, io, false),
    async askHidden(question) {
      // The terminal has not shown the line end that the user typed.
      return askOnce(question, io, true).finally(() => io.stderr.write("\n"));
    },
    close: () => undefined,
  };
}

function askOnce(question: string, { stdin, stderr, signal }: Terminal, isHidden: boolean): Promise<string> {
  // To hide the answer, use readline's terminal mode: readline then echoes what the user types, and writes it to a stream that discards it.
  // In the other mode, the terminal echoes it.
  const reader = isHidden
    ? createInterface({ input: stdin, output: discard(), terminal: true, historySize: 0 })
    : createInterface({ input: stdin, terminal: false });
  // Write the question only after readline has changed the mode of the terminal. What the user types before that is visible.
  stderr.write(question);
  const answer = new Promise<string>((resolve, reject) => {
    const cancel = (): void => {
      reject(new SignInError("Cancelled."));
    };
    reader.once("line", resolve);
    reader.once("SIGINT", cancel);
    reader.once("close", cancel); // Ctrl-D
  });
  return unlessAborted(answer, signal).finally(() => {
    reader.close();
  });
}

/** @throws {SignInError} when the signal aborts first */
async function unlessAborted<T>(waiting: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const cancel = (): void => {
    reject(new SignInError("Cancelled."));
  };
  signal.addEventListener("abort", cancel);
  if (signal.aborted) cancel();
  return Promise.race([waiting, promise]).finally(() => {
    signal.removeEventListener("abort", cancel);
  });
}

const discard = (): Writable =>
  new Writable({
    write(_chunk, _encoding, done) {
      done();
    },
  });

/** Length up to which an answer is read. Valid answers are shorter. */
const MAX_ANSWER_BYTES = 10_000;

/** Reads lines of standard input that is not a terminal. Reads only when an answer is needed, and ends when the command is aborted. */
function readLines({ stdin, signal }: Terminal): Asker {
  let left = Buffer.alloc(0);
  let chunks: AsyncIterator<Buffer> | undefined;
  const ask = async (question: string): Promise<string> => {
    chunks ??= (stdin as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
    for (;;) {
      const end = left.indexOf("\n");
      if (end >= 0) {
        const line = left.toString("utf8", 0, end).replace(/\r$/, "");
        left = left.subarray(end + 1);
        return line;
      }
      if (left.length > MAX_ANSWER_BYTES)
        throw new SignInError(`The answer to "${nameOf(question)}" is longer than ${MAX_ANSWER_BYTES} bytes.`);
      const next = await unlessAborted(chunks.next(), signal);
      if (next.done === true) {
        if (left.length === 0)
          throw new SignInError(`Standard input ended before the answer to "${nameOf(question)}".`);
        const line = left.toString();
        left = Buffer.alloc(0);
        return line;
      }
      left = Buffer.concat([left, next.value]);
    }
  };
  return { ask, askHidden: ask, close: () => void stdin.destroy() };
}

const nameOf = (question: string): string => question.trim().replace(/:$/, "");
