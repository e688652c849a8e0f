// Answers that are lines of standard input.
import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import type { Io } from "../command.ts";
import { createAsker } from "./ask.ts";

function createInput() {
  const stdin = new PassThrough();
  const stop = new AbortController();
  const io = { stdin, stderr: new PassThrough(), signal: stop.signal } as unknown as Io;
  return { stdin, stop, asker: createAsker(io) };
}

test("each answer is a line, also if lines arrive in parts, with CR LF, or without an end", async () => {
  const { stdin, asker } = createInput();
  stdin.write("an");
  const user = asker.ask("User: ");
  stdin.write("na\r\nsec");
  expect(await user).toBe("anna");
  stdin.write(Buffer.from("rét ü").subarray(0, 2));
  stdin.write(Buffer.from("rét ü").subarray(2));
  stdin.end("\n12");
  expect(await asker.askHidden("Password: ")).toBe("secrét ü");
  expect(await asker.ask("Code: ")).toBe("12");
  await expect(asker.ask("Code: ")).rejects.toThrow('Standard input ended before the answer to "Code".');
});

test("an abort ends the wait for an answer", async () => {
  const { stop, asker } = createInput();
  const waiting = asker.ask("User: ");
  stop.abort();
  await expect(waiting).rejects.toThrow("Cancelled.");
  await expect(asker.ask("User: ")).rejects.toThrow("Cancelled.");
  asker.close();
});

test("no more is read than the answers need", async () => {
  const { stdin, asker } = createInput();
  stdin.write("yes\n");
  expect(await asker.ask("User: ")).toBe("yes");
  let written = 0;
  while (stdin.write("yes\n".repeat(1000)) && written < 1000) written++;
  // The stream is full, and its writer has to wait.
  expect(written).toBeLessThan(1000);
  asker.close();
});
