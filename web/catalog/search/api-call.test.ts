import { expect, test } from "vitest";
import { asCurl, listUrl } from "./api-call.ts";

test("the API call encodes parameters and quotes them for a shell", () => {
  const url = listUrl({ sort: "-name", search: "o'clock & more", "attributes.Größe": "5" }, "http://localhost:8000");
  expect(new URL(url).searchParams.get("search")).toBe("o'clock & more");
  expect(new URL(url).searchParams.get("attributes.Größe")).toBe("5");
  expect(asCurl("http://x/?a=o'clock")).toBe(String.raw`curl 'http://x/?a=o'\''clock'`);
});
