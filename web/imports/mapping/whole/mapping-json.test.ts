import { expect, test } from "vitest";
import { readMapping, writeMapping } from "./mapping-json.ts";

test("a mapping is written with its key first and read unchanged", () => {
  const draft = { name: "Name", key: "Nr" };
  const text = writeMapping(draft);
  expect(text.split("\n")[1]).toBe('  "key": "Nr",');
  expect(readMapping(text)).toEqual({ mapping: draft });
});

test("faults name the path of the statement", () => {
  expect(readMapping('{"key": "a", "attributes": {"b": {"from": "c", "split": 5}}}')).toMatchObject({
    faults: [{ path: "attributes.b.split" }],
  });
  expect(readMapping('{"key": "a", "unknown": 1}')).toMatchObject({ faults: [{ path: "" }] });
  expect(readMapping("{")).toMatchObject({ faults: [{ path: "" }] });
  expect(readMapping("{}")).toMatchObject({ faults: [{ path: "key" }] });
});
