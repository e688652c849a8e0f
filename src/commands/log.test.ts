import { expect, test } from "vitest";
import { describeError } from "./log.ts";

test("a database that is away is told in a line", () => {
  const error = Object.assign(new Error("the database system is starting up"), { code: "57P03" });
  expect(describeError(error)).toEqual({ type: "Error", message: "the database system is starting up", code: "57P03" });
});

test("any other error is told with its stack and its cause", () => {
  const error = new TypeError("no such thing", { cause: new Error("because") });
  expect(describeError(error)).toMatchObject({
    type: "TypeError",
    message: expect.stringContaining("no such thing") as string,
    stack: expect.stringContaining("log.test.ts") as string,
  });
  expect(JSON.stringify(describeError(error))).toContain("because");
});
