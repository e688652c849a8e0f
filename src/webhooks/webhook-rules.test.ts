import { expect, test } from "vitest";
import { Problem } from "../../contract/problems.ts";
import { create_webhook_body } from "../../contract/webhooks/webhooks.ts";
import { checkTarget } from "./webhook-rules.ts";

const PUBLIC_ONLY = { allow_cidrs: [] };

const faultOf = (check: () => unknown): string => {
  try {
    check();
    return "";
  } catch (error) {
    expect(error).toBeInstanceOf(Problem);
    return JSON.stringify(error) + (error as Problem).message;
  }
};

const checkUrl = (url: string) => checkTarget({ url, headers: {} }, {}, PUBLIC_ONLY).url;
const checkHeaders = (headers: Record<string, string | null>, kept: Record<string, string>) =>
  checkTarget({ headers }, kept, PUBLIC_ONLY).headers;

test.each([
  ["https://example.com/hook?a=1#part", "https://example.com/hook?a=1"],
  [" http://example.com ", "http://example.com/"],
  ["https://bücher.example/", "https://xn--bcher-kva.example/"],
  ["https://8.8.8.8:8443/x", "https://8.8.8.8:8443/x"],
])("%s is normalised to %s", (url, taken) => {
  expect(checkUrl(url)).toBe(taken);
});

test.each([
  ["", "not a URL"],
  ["example.com", "not a URL"],
  ["ftp://example.com/", "begin with https"],
  ["file:///etc/passwd", "begin with https"],
  ["javascript:alert(1)", "begin with https"],
  ["https://user@example.com/", "user name or password"],
  ["https://me:hunter2@example.com/", "user name or password"],
])("%s is not accepted as URL: %s", (url, why) => {
  const { issues } = create_webhook_body.safeParse({ url }).error ?? {};
  expect(issues).toMatchObject([{ path: ["url"], message: expect.stringContaining(why) as string }]);
  expect(JSON.stringify(issues)).not.toContain("hunter2");
});

test.each([
  ["https://127.0.0.1/", "not a public internet address"],
  ["http://0x7f.1/", "not a public internet address"],
  ["http://[::1]:9000/", "not a public internet address"],
])("%s is refused: %s", (url, why) => {
  expect(faultOf(() => checkUrl(url))).toContain(why);
});

test("faults of the host and of the headers are reported together", () => {
  const given = { url: "http://10.0.0.1/", headers: { host: "evil.example", "x-a": "a\nb" } };
  const said = faultOf(() => checkTarget(given, {}, PUBLIC_ONLY));
  for (const pointer of ["/body/url", "/body/headers/host", "/body/headers/x-a"]) expect(said).toContain(pointer);
});

test("header names become lower case; null keeps a value, and omitted headers are removed", () => {
  const kept = { "x-old": "1", authorization: "Bearer abc" };
  expect(checkHeaders({ Authorization: null, "X-New": "2" }, kept)).toEqual({
    authorization: "Bearer abc",
    "x-new": "2",
  });
});

test.each([
  ["host", "evil.example"],
  ["Host", "evil.example"],
  ["content-length", "3"],
  ["Transfer-Encoding", "chunked"],
  ["connection", "close"],
  ["content-type", "text/plain"],
  ["webhook-id", "msg_1"],
  ["Webhook-Signature", "v1,x"],
  ["proxy-authorization", "Basic x"],
  ["x-a", "a\r\nx-b: c"],
  ["x-a", "a\nb"],
  ["x-a", "a\0b"],
  ["x-a", "naïve"],
  ["x-a", " a"],
  ["x a", "a"],
  ["x-a\r\nx-b", "a"],
  ["x:a", "a"],
  ["", "a"],
  ["x-a", "a".repeat(4001)],
  ["x-unknown", null],
])("the header %o: %o is refused", (name, value) => {
  expect(faultOf(() => checkHeaders({ [name]: value }, {}))).toContain("/body/headers");
});

test("a header name given in upper and in lower case and a 21st header are refused", () => {
  expect(faultOf(() => checkHeaders({ "x-a": "1", "X-A": "2" }, {}))).toContain("twice");
  const many = Object.fromEntries(Array.from({ length: 21 }, (_, i) => [`x-${i}`, "1"]));
  expect(faultOf(() => checkHeaders(many, {}))).toContain("more than 20");
});

test("the message about a refused header does not contain the header's value", () => {
  expect(faultOf(() => checkHeaders({ authorization: "Bearer hunter2\n" }, {}))).not.toContain("hunter2");
});
