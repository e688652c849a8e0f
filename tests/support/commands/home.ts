// Runs commands with a home folder of their own.
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { DatabaseAddress } from "../../../src/db/connection/connect.ts";
import { runHere } from "./run-here.ts";

const MAIN = join(import.meta.dirname, "../../../src/main.ts");

export interface Ran {
  code: number;
  out: string;
  err: string;
}

export interface RunOptions {
  /** Standard input. */
  input?: string;
  env?: Record<string, string>;
  /** Called after the start. If it is given, the command runs in a process of its own, and standard input does not end. */
  onStart?: (child: ChildProcess) => void;
}

export interface Home {
  /** Home folder and working folder of the commands. Paths among the arguments must be absolute. */
  path: string;
  /** Runs a command to its end. */
  run(args: string[], options?: RunOptions): Promise<Ran>;
  /** Starts a command at a terminal. Needs the program `script` of util-linux. */
  runAtTerminal(args: string[]): Terminal;
}

export interface Terminal {
  child: ChildProcess;
  /** What the terminal shows so far. */
  screen: () => string;
  type: (line: string) => void;
  ended: Promise<number>;
}

export async function createHome(): Promise<Home> {
  const path = await mkdtemp(join(tmpdir(), "skuport-home-"));
  const env = { PATH: process.env["PATH"], HOME: path };
  return {
    path,
    async run(args, { input = "", env: more = {}, onStart } = {}) {
      if (onStart === undefined) {
        const { code, out, err } = await runHere(args, { env: { ...env, ...more }, cwd: path, input });
        return { code, out: out.toString(), err };
      }
      const child = spawn(process.execPath, [MAIN, ...args], { cwd: path, env: { ...env, ...more }, stdio: "pipe" });
      const output = Promise.all([text(child.stdout), text(child.stderr)]);
      child.stdin.on("error", () => undefined); // the command may exit before it has read its input
      child.stdin.write(input);
      onStart(child);
      const [code] = (await once(child, "close")) as [number];
      const [out, err] = await output;
      return { code, out, err };
    },
    runAtTerminal(args) {
      const command = [process.execPath, MAIN, ...args].map((word) => `'${word}'`).join(" ");
      const child = spawn("script", ["-qec", command, "/dev/null"], {
        cwd: path,
        env,
        stdio: ["pipe", "pipe", "inherit"],
      });
      let screen = "";
      child.stdout.on("data", (chunk: Buffer) => (screen += chunk.toString()));
      const ended = once(child, "close").then(([code]) => code as number);
      return { child, screen: () => screen, type: (line) => void child.stdin.write(`${line}\r`), ended };
    },
  };
}

/** Returns the URL of the test database, as a setting DATABASE_URL. */
export const databaseUrl = ({ host, port, user, database }: Exclude<DatabaseAddress, { url: string }>): string =>
  `postgres://${user}@localhost:${port.toString()}/${database}?host=${encodeURIComponent(host)}`;
