import { expect, test } from "vitest";
import { createStartLimit } from "./start-limit.ts";

test("(2.4.1) a network may start 120 sign-ins in a minute; other networks are not affected", () => {
  let now = 0;
  const isAllowed = createStartLimit(() => now);
  const allowed = Array.from({ length: 200 }, () => isAllowed("192.0.2.1")).filter(Boolean);
  expect(allowed).toHaveLength(120);
  expect(isAllowed("192.0.2.2")).toBe(true);
  now += 60_000;
  expect(isAllowed("192.0.2.1")).toBe(true);
});

test("(2.4.1) addresses of one IPv6 network count together", () => {
  const isAllowed = createStartLimit(() => 0);
  const allowed = Array.from({ length: 200 }, (_, i) => isAllowed(`2001:db8::${i.toString(16)}`)).filter(Boolean);
  expect(allowed).toHaveLength(120);
});

test("very many networks share one count, so that the memory stays bounded", () => {
  const isAllowed = createStartLimit(() => 0);
  const allowed = Array.from({ length: 20_000 }, (_, i) => isAllowed(`10.1.${i >> 8}.${i & 255}`)).filter(Boolean);
  expect(allowed).toHaveLength(10_000 + 120);
});
