import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ConfigError, loadConfig } from "../config.ts";

const dir = mkdtempSync(join(tmpdir(), "skuport-config-"));
const PUBLIC = { SKUPORT_HOST: "0.0.0.0", SKUPORT_PUBLIC_URL: "https://shop.example" };
const TLS = { SKUPORT_TLS_CERT: "cert.pem", SKUPORT_TLS_KEY: "/etc/key.pem" };
const PROXY = { SKUPORT_TRUST_PROXY: "10.1.2.0/24" };

function faultsOf(env: Record<string, string>): readonly string[] {
  try {
    loadConfig(env, dir);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
}

test.each([
  ["0.0.0.0", PUBLIC, ["SKUPORT_TLS_CERT and SKUPORT_TLS_KEY", "SKUPORT_TRUST_PROXY"]],
  ["no public address", { SKUPORT_HOST: "::", ...TLS }, ["SKUPORT_PUBLIC_URL"]],
  ["no setting at all", { SKUPORT_HOST: "192.168.1.2" }, ["SKUPORT_PUBLIC_URL", "SKUPORT_TLS_CERT", "127.0.0.1"]],
  ["a certificate without a key", { ...PUBLIC, SKUPORT_TLS_CERT: "c.pem" }, ["SKUPORT_TLS_KEY"]],
  ["a key without a certificate", { ...PUBLIC, SKUPORT_TLS_KEY: "k.pem" }, ["SKUPORT_TLS_CERT"]],
  [
    "a public address without TLS",
    { SKUPORT_PUBLIC_URL: "https://shop.example" },
    ["SKUPORT_TRUST_PROXY", "127.0.0.1"],
  ],
  ["a proxy without a public address", PROXY, ["SKUPORT_PUBLIC_URL"]],
])("(12.2.1) a server with %s does not start, and the message names what to set", (_name, env, words) => {
  const faults = faultsOf(env);
  expect(faults).toHaveLength(1);
  for (const word of words) expect(faults[0]).toContain(word);
});

test("(12.2.1) beyond loopback, a server starts with a public address and TLS of its own or of a trusted proxy", () => {
  expect(loadConfig({ ...PUBLIC, ...TLS }, dir)).toMatchObject({
    host: "0.0.0.0",
    public_urls: ["https://shop.example"],
    tls: { cert: join(dir, "cert.pem"), key: "/etc/key.pem" },
    trust_proxy: [],
  });
  expect(loadConfig({ ...PUBLIC, ...PROXY }, dir)).toMatchObject({ tls: undefined, trust_proxy: ["10.1.2.0/24"] });
  expect(loadConfig({ SKUPORT_PUBLIC_URL: "https://shop.example", SKUPORT_TRUST_PROXY: "127.0.0.1" }, dir).host).toBe(
    "127.0.0.1",
  );
});

test("without these settings, the server is for this computer only", () => {
  expect(loadConfig({}, dir)).toMatchObject({ host: "127.0.0.1", public_urls: [], tls: undefined, trust_proxy: [] });
});

test("public addresses are compared in their standard form", () => {
  const env = { ...PUBLIC, ...TLS, SKUPORT_PUBLIC_URL: "https://Shop.Example:443/, https://b.example:8443" };
  expect(loadConfig(env, dir).public_urls).toEqual(["https://shop.example", "https://b.example:8443"]);
});

test.each([
  "http://shop.example",
  "shop.example",
  "https://shop.example/skuport",
  "https://shop.example?a",
  "https://user@shop.example",
  "https://*.example",
  "https://",
  "*",
  "https://a.example,,https://b.example",
])("(12.2.1) the public address %s is refused", (url) => {
  const faults = faultsOf({ ...PUBLIC, ...TLS, SKUPORT_PUBLIC_URL: url });
  expect(faults).toEqual([expect.stringContaining("https://shop.example")]);
});

test.each([
  "*",
  "0.0.0.0/0",
  "::/0",
  "0.0.0.0/1",
  "128.0.0.0/7",
  "::/3",
  "::ffff:0:0/96",
  "::ffff:10.0.0.0/104",
  "10.0.0.0/33",
  "proxy.internal",
  "true",
  "10.0.0.1,*",
])("(4.1.3) the trusted proxy %s is refused", (proxy) => {
  expect(faultsOf({ ...PUBLIC, SKUPORT_TRUST_PROXY: proxy })).toEqual([
    expect.stringMatching(/^SKUPORT_TRUST_PROXY=.*write the addresses of your reverse proxy/),
  ]);
});

test.each(["127.0.0.1", "::1", "10.0.0.0/8", "172.16.0.0/12,192.168.0.0/16", "fc00::/7", "2001:db8::5"])(
  "the trusted proxy %s is accepted",
  (proxy) => {
    expect(loadConfig({ ...PUBLIC, SKUPORT_TRUST_PROXY: proxy }, dir).trust_proxy).toEqual(proxy.split(","));
  },
);

test.each(["0.0.0.0:80", "http://0.0.0.0", "a b", ""])("the host %j is refused or counts as not set", (host) => {
  const faults = faultsOf({ SKUPORT_HOST: host });
  if (host === "") expect(faults).toEqual([]);
  else expect(faults[0]).toContain("write an IP address or a host name, without a port");
});

test("PORT is used if SKUPORT_PORT is not set, and then no other port is tried", () => {
  expect(loadConfig({ PORT: "5000" }, dir)).toMatchObject({ port: 5000, port_is_explicit: true });
  expect(loadConfig({ PORT: "5000", SKUPORT_PORT: "6000" }, dir)).toMatchObject({ port: 6000 });
  expect(loadConfig({ PORT: "abc", SKUPORT_PORT: "6000" }, dir)).toMatchObject({ port: 6000 });
  expect(faultsOf({ PORT: "abc" })).toEqual(["PORT=abc: write a whole number from 0 to 65535."]);
});
