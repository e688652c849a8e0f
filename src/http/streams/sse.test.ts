import type { FastifyReply, FastifyRequest } from "fastify";
import { pino } from "pino";
import { expect, test } from "vitest";
import { until } from "../../../tests/support/until.ts";
import { Problem } from "../../../contract/problems.ts";
import type { Stream } from "./registry.ts";
import { createSendStates } from "./sse.ts";

test("a state that is older than the last one sent is not sent", async () => {
  const written: string[] = [];
  const stream: Stream = {
    is_closed: false,
    begin: () => undefined,
    write: (text) => void written.push(text),
    end: () => undefined,
    cut: () => undefined,
    onClose: () => undefined,
    drained: () => Promise.resolve(),
  };
  const sendStates = createSendStates(
    { size: 1, take: () => stream, onHeartbeat: () => undefined },
    pino({ level: "silent" }),
  );
  let version = 2;
  let reads = 0;
  let changed: (atOnce: boolean) => void = () => undefined;
  await sendStates({ headers: {} } as FastifyRequest, {} as FastifyReply, {
    event: "import",
    id: 1,
    read: () => {
      reads += 1;
      return Promise.resolve({ id: 1, version });
    },
    subscribe: (callback) => {
      changed = callback;
      return () => undefined;
    },
    isLast: () => false,
    missing: () => new Problem("not-found", "Import 1 does not exist."),
  });
  version = 1;
  changed(true);
  await until(() => reads === 2);
  version = 3;
  changed(true);
  await until(() => written.length === 2);
  expect(written.map((text) => text.split("\n")[0])).toEqual(["id: 2", "id: 3"]);
});
