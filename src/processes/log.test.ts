import { pino } from "pino";
import { PinoPretty } from "pino-pretty";
import { expect, test } from "vitest";
import { describeError, guardPretty } from "./log.ts";

test("an unavailable database is logged without a stack", () => {
  const error = Object.assign(new Error("the database system is starting up"), { code: "57P03" });
  expect(describeError(error)).toEqual({ type: "Error", message: "the database system is starting up", code: "57P03" });
});

test("any other error is logged with its stack and cause", () => {
  const error = new TypeError("no such thing", { cause: new Error("because") });
  expect(describeError(error)).toMatchObject({
    type: "TypeError",
    message: expect.stringContaining("no such thing") as string,
    stack: expect.stringContaining("log.test.ts") as string,
  });
  expect(JSON.stringify(describeError(error))).toContain("because");
});

test("on a terminal, control characters in log lines are escaped", () => {
  const pretty = PinoPretty({ colorize: false });
  let shown = "";
  pretty.on("data", (chunk: Buffer | string) => (shown += chunk.toString()));
  const log = pino({ serializers: { err: describeError } }, guardPretty(pretty));
  const evil = "\u001b]0;owned\u0007\u009b31m\u202e";
  log.warn({ file: evil, err: new Error(`no column "${evil}"`), nested: { [evil]: [evil] } }, `cannot read ${evil}`);
  expect(shown.split("owned")).toHaveLength(7);
  expect(shown).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
});
