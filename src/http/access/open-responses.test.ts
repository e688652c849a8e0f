// Tests the regular check of open responses, which finds credentials that ended without a notification, such as expired ones.
import { EventEmitter } from "node:events";
import type { FastifyReply, FastifyRequest } from "fastify";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createOpenResponses, type ReadRoles } from "./open-responses.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Creates a request for an event stream, whose connection `destroy` closes. */
function requestOf(caller: string, schema: object = { answer_type: "text/event-stream" }) {
  const socket = Object.assign(new EventEmitter(), { destroyed: false, destroy: vi.fn(() => socket.emit("close")) });
  const response = Object.assign(new EventEmitter(), { destroyed: false });
  const request = { identity: { caller, role: "viewer" }, raw: { socket }, routeOptions: { schema } };
  return {
    socket,
    response,
    given: [request as unknown as FastifyRequest, { raw: response } as unknown as FastifyReply] as const,
  };
}

test("a response is closed within 10 seconds after its credential has ended or the role has changed", async () => {
  const roles = new Map([
    ["session 1", "viewer"],
    ["session 2", "viewer"],
    ["key 1", "viewer"],
  ]);
  const read = vi.fn<ReadRoles>(() => Promise.resolve(roles as never));
  const open = createOpenResponses(read, () => undefined);
  const streams = ["session 1", "session 2", "key 1"].map((caller) => requestOf(caller));
  for (const { given } of streams) open.add(...given);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(streams.map(({ socket }) => socket.destroy.mock.calls.length)).toEqual([0, 0, 0]);
  roles.delete("session 2");
  roles.set("key 1", "editor");
  await vi.advanceTimersByTimeAsync(10_000);
  expect(streams.map(({ socket }) => socket.destroy.mock.calls.length)).toEqual([0, 1, 1]);
  open.stop();
});

test("the check continues after an error, and ends when no response is open", async () => {
  const onError = vi.fn();
  const read = vi.fn<ReadRoles>().mockRejectedValueOnce(new Error("down")).mockResolvedValue(new Map());
  const open = createOpenResponses(read, onError);
  const stream = requestOf("session 1");
  open.add(...stream.given);
  await vi.advanceTimersByTimeAsync(10_000);
  expect([onError.mock.calls.length, stream.socket.destroy.mock.calls.length]).toEqual([1, 0]);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(stream.socket.destroy).toHaveBeenCalledTimes(1);
  read.mockClear();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(read).not.toHaveBeenCalled();
  const later = requestOf("session 3");
  open.add(...later.given);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(later.socket.destroy).toHaveBeenCalledTimes(1);
  open.stop();
});

test("short responses are not watched", async () => {
  const read = vi.fn<ReadRoles>(() => Promise.resolve(new Map()));
  const open = createOpenResponses(read, () => undefined);
  open.add(...requestOf("session 1", {}).given);
  open.checkSoon();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(read).not.toHaveBeenCalled();
});

test("(7.4.2) a steady stream of changes does not postpone the check", async () => {
  const open = createOpenResponses(
    () => Promise.resolve(new Map()),
    () => undefined,
  );
  const stream = requestOf("session 1");
  open.add(...stream.given);
  for (let i = 0; i < 5; i++) {
    open.checkSoon();
    await vi.advanceTimersByTimeAsync(50);
  }
  expect(stream.socket.destroy).toHaveBeenCalledTimes(1);
  open.stop();
});

test("a change during a check causes another one soon", async () => {
  const running = Promise.withResolvers<Map<string, never>>();
  const roles = new Map([["session 1", "viewer" as never]]);
  const read = vi.fn<ReadRoles>().mockReturnValueOnce(running.promise).mockResolvedValue(new Map());
  const open = createOpenResponses(read, () => undefined);
  const stream = requestOf("session 1");
  open.add(...stream.given);
  await vi.advanceTimersByTimeAsync(10_000);
  open.checkSoon();
  running.resolve(roles);
  await vi.advanceTimersByTimeAsync(0);
  expect(stream.socket.destroy).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(200);
  expect(stream.socket.destroy).toHaveBeenCalledTimes(1);
  open.stop();
});
