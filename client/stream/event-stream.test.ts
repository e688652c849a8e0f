import fc from "fast-check";
import { expect, test } from "vitest";
import { UnreachableError } from "../answer.ts";
import { MAX_EVENT_CHARACTERS, readEvents, type StreamEvent } from "./event-stream.ts";

async function eventsOf(...pieces: (string | Uint8Array)[]): Promise<StreamEvent[]> {
  const bytes = pieces.map((piece) => (typeof piece === "string" ? new TextEncoder().encode(piece) : piece));
  // eslint-disable-next-line @typescript-eslint/require-await -- this source never waits
  const source = async function* () {
    yield* bytes;
  };
  return Array.fromAsync(readEvents(source()));
}

test.each([
  ["data: a\n\n", [{ type: "message", data: "a", id: "" }]],
  ["event: import\nid: 7\ndata: {}\n\n", [{ type: "import", data: "{}", id: "7" }]],
  ["data: a\r\ndata: b\r\n\r\n", [{ type: "message", data: "a\nb", id: "" }]],
  ["data: a\rdata: b\r\r", [{ type: "message", data: "a\nb", id: "" }]],
  ["\uFEFFdata: a\n\n", [{ type: "message", data: "a", id: "" }]],
  ["data:  a\n\n", [{ type: "message", data: " a", id: "" }]],
  ["data\n\n", [{ type: "message", data: "", id: "" }]],
  [": heartbeat\n\ndata: a\n\n", [{ type: "message", data: "a", id: "" }]],
  ["event: import\n\ndata: a\n\n", [{ type: "message", data: "a", id: "" }]],
  [
    "id: 1\ndata: a\n\ndata: b\n\n",
    [
      { type: "message", data: "a", id: "1" },
      { type: "message", data: "b", id: "1" },
    ],
  ],
  ["id: 1\0\ndata: a\n\n", [{ type: "message", data: "a", id: "" }]],
  ["data: cut", []],
  ["data: cut\n", []],
])("%j", async (text, expected) => {
  expect(await eventsOf(text)).toEqual(expected);
});

test.each([
  ["a line", "x".repeat(100_000)],
  ["an event's data", `data: ${"x".repeat(100_000)}\n`],
  ["an event of empty data lines", "data\n".repeat(20_000)],
])("%s that never ends throws an error, and the reader stops", async (_, piece) => {
  const bytes = new TextEncoder().encode(piece);
  let given = 0;
  // eslint-disable-next-line @typescript-eslint/require-await -- this source never waits
  const source = async function* () {
    for (;;) {
      given += bytes.length;
      yield bytes;
    }
  };
  await expect(Array.fromAsync(readEvents(source()))).rejects.toBeInstanceOf(UnreachableError);
  expect(given).toBeLessThan(6 * MAX_EVENT_CHARACTERS);
});

test("the events do not depend on how the bytes are split into chunks", async () => {
  const bytes = new TextEncoder().encode(
    'event: import\r\nid: 3\r\ndata: {"filename":"Müller €.csv"}\r\n\r\n: beat\r\n\r\ndata: b\r\n\r\n',
  );
  const whole = await eventsOf(bytes);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(bytes.length), { maxLength: 30 }), async (cuts) => {
      const at = [0, ...cuts.sort((a, b) => a - b), bytes.length];
      const pieces = at.slice(1).map((end, i) => bytes.subarray(at[i], end));
      expect(await eventsOf(...pieces)).toEqual(whole);
    }),
  );
});
