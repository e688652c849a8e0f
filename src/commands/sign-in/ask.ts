// Asks the user at the terminal. Without a terminal, the answers are lines of standard input.
import { createInterface, type Interface } from "node:readline";
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

export const createAsker = (io: Terminal): Asker => (io.stdin.isTTY ? askTerminal(io) : readLines(io.stdin));

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
  // In its terminal mode, readline itself shows what the user types: here, to a stream that discards it. Otherwise the terminal shows it.
  const reader = isHidden
    ? createInterface({ input: stdin, output: discard(), terminal: true, historySize: 0 })
    : createInterface({ input: stdin, terminal: false });
  // Ask only now: the terminal shows what is typed before readline has changed its mode.
  stderr.write(question);
  return new Promise<string>((resolve, reject) => {
    const cancel = (): void => {
      reject(new SignInError("Cancelled."));
    };
    reader.once("line", resolve);
    reader.once("SIGINT", cancel);
    reader.once("close", cancel); // Ctrl-D
    if (signal.aborted) cancel();
    signal.addEventListener("abort", cancel, { once: true });
  }).finally(() => {
    reader.close();
  });
}

const discard = (): Writable =>
  new Writable({
    write(_chunk, _encoding, done) {
      done();
    },
  });

function readLines(stdin: NodeJS.ReadStream): Asker {
  let reader: Interface | undefined;
  let lines: AsyncIterator<string> | undefined;
  const ask = async (question: string): Promise<string> => {
    reader ??= createInterface({ input: stdin, terminal: false });
    lines ??= reader[Symbol.asyncIterator]();
    const next = await lines.next();
    if (next.done === true)
      throw new SignInError(`Standard input ended before the answer to "${question.trim().replace(/:$/, "")}".`);
    return next.value;
  };
  return { ask, askHidden: ask, close: () => reader?.close() };
}
