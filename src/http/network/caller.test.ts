import type { FastifyRequest } from "fastify";
import { expect, test } from "vitest";
import { clientOf } from "./caller.ts";
import { LOCAL_NETWORK } from "./network.ts";

test.each([
  ["127.0.0.1", undefined, "127.0.0.1"],
  ["::ffff:127.0.0.1", undefined, "127.0.0.1"],
  ["127.0.0.1", "192.0.2.1", "192.0.2.1"],
  ["::1", "203.0.113.9, 2001:DB8::1", "2001:db8::1"],
  ["127.0.0.1", "192.0.2.1, unknown", "127.0.0.1"],
  ["127.0.0.1", "x".repeat(5000), "127.0.0.1"],
  ["192.0.2.7", "198.51.100.1", "192.0.2.7"],
])("the client of a connection from %s, forwarded for %s, is %s", (remoteAddress, forwarded, client) => {
  const request = { raw: { socket: { remoteAddress } }, headers: { "x-forwarded-for": forwarded } };
  expect(clientOf(request as unknown as FastifyRequest, LOCAL_NETWORK)).toBe(client);
});
