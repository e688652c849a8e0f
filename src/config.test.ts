import { chmodSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ConfigError, describeSettings, loadConfig } from "./config.ts";

/** Id of a user that owns no file. Root can read every file, so a test that runs as root switches to this user. */
const NOBODY = 65_534;
const emptyDir = mkdtempSync(join(tmpdir(), "skuport-config-"));

test("without settings, the documented defaults apply", () => {
  const config = loadConfig({ HOME: "/x", SKUPORT_PORT: "" }, emptyDir);
  expect(config).toMatchObject({
    host: "127.0.0.1",
    port: 8000,
    port_is_explicit: false,
    data_dir: join(emptyDir, "data"),
    database_url: undefined,
    log_level: "info",
    serve_worker: true,
    max_upload_bytes: 20e9,
  });
  expect(config.worker_concurrency).toBeGreaterThanOrEqual(2);
  expect(config.worker_concurrency).toBeLessThanOrEqual(4);
  expect(Object.isFrozen(config)).toBe(true);
});

test("a port that is set counts as explicit, even if it equals the default", () => {
  expect(loadConfig({ SKUPORT_PORT: "8000" }, emptyDir)).toMatchObject({ port: 8000, port_is_explicit: true });
});

test(".env is read, and the environment takes precedence", () => {
  const dir = mkdtempSync(join(tmpdir(), "skuport-config-"));
  writeFileSync(join(dir, ".env"), "SKUPORT_PORT=9001\nSKUPORT_LOG_LEVEL=debug\n# SKUPORT_HOST=::1\n");
  expect(loadConfig({ SKUPORT_PORT: "9002" }, dir)).toMatchObject({
    port: 9002,
    log_level: "debug",
    host: "127.0.0.1",
  });
});

test("a folder that this user may not enter has no settings, but an unreadable .env is an error", () => {
  const dir = mkdtempSync(join(tmpdir(), "skuport-config-"));
  writeFileSync(join(dir, ".env"), "SKUPORT_PORT=9001\n");
  chmodSync(join(dir, ".env"), 0o000);
  const loadAsUser = (mode: number) => {
    chmodSync(dir, mode);
    const isRoot = process.geteuid?.() === 0;
    if (isRoot) process.seteuid?.(NOBODY);
    try {
      return loadConfig({}, dir);
    } finally {
      if (isRoot) process.seteuid?.(0);
      chmodSync(dir, 0o700);
    }
  };
  expect(loadAsUser(0o000).port).toBe(8000);
  expect(() => loadAsUser(0o755)).toThrow(`${join(dir, ".env")} cannot be read`);
});

test("all faults are reported together, each with its variable, value and what to do", () => {
  const env = {
    SKUPORT_HOST: "0.0.0.0",
    SKUPORT_PORT: "70000",
    SKUPORT_LOG_LEVEL: "loud",
    SKUPORT_SERVE_WORKER: "perhaps",
    SKUPORT_WORKER_CONCURRENCY: "0",
    SKUPORT_MAX_UPLOAD_BYTES: "20GB",
    SKUPORT_PROT: "1",
    DATABASE_URL: "mysql://shop:secret@db/shop",
  };
  const faults = faultsOf(env);
  expect(faults).toHaveLength(8);
  for (const name of Object.keys(env)) expect(faults.filter((fault) => fault.startsWith(`${name}=`))).toHaveLength(1);
  expect(faults.join("\n")).toContain(
    "SKUPORT_HOST=0.0.0.0: other computers can reach this address: set SKUPORT_PUBLIC_URL",
  );
  expect(faults.join("\n")).toContain("SKUPORT_PORT=70000: write a whole number from 0 to 65535");
  expect(faults.join("\n")).not.toContain("secret");
});

test.each(["127.0.0.1", "127.8.9.1", "::1", "localhost"])("host %s is loopback", (host) => {
  expect(loadConfig({ SKUPORT_HOST: host }, emptyDir).host).toBe(host);
});

test.each(["0.0.0.0", "::", "192.168.1.2", "127.0.0.1.example.org", "example.org"])("host %s is refused", (host) => {
  expect(faultsOf({ SKUPORT_HOST: host })).toHaveLength(1);
});

test(".env.example equals the output of describeSettings", () => {
  expect(readFileSync(join(import.meta.dirname, "../.env.example"), "utf8")).toBe(describeSettings());
});

function faultsOf(env: Record<string, string>): readonly string[] {
  try {
    loadConfig(env, emptyDir);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
}
