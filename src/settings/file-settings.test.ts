import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { loadConfig } from "../config.ts";

const folder = mkdtempSync(join(tmpdir(), "skuport-file-settings-"));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});
const load = (env: Record<string, string>) => loadConfig(env, folder).files_bucket;

const KEYS = { AWS_ACCESS_KEY_ID: "AKIA-1", AWS_SECRET_ACCESS_KEY: "very-secret" };
const OWN = { ...KEYS, AWS_ENDPOINT_URL_S3: "https://minio.example:9000" };

test("SKUPORT_FILES names a bucket and the beginning of all names in it", () => {
  expect(load({ ...OWN, SKUPORT_FILES: "s3://shop-files/skuport/live", AWS_SESSION_TOKEN: "t" })).toEqual({
    bucket: "shop-files",
    prefix: "skuport/live/",
    region: "us-east-1",
    endpoint: "https://minio.example:9000",
    access_key_id: "AKIA-1",
    secret_access_key: "very-secret",
    session_token: "t",
  });
  for (const files of ["s3://shop-files", "s3://shop-files/"])
    expect(load({ ...KEYS, SKUPORT_FILES: files, AWS_REGION: "eu-central-1" })).toMatchObject({
      prefix: "",
      region: "eu-central-1",
      endpoint: undefined,
    });
});

test("without SKUPORT_FILES, settings of other programs have no effect", () => {
  const others = { AWS_ENDPOINT_URL_S3: "not a URL", AWS_SECRET_ACCESS_KEY_FILE: "/none", AWS_REGION: "?" };
  expect(load(others)).toBeUndefined();
});

test("keys can be files", () => {
  writeFileSync(join(folder, "secret"), "from-a-file\n");
  const env = { ...OWN, AWS_SECRET_ACCESS_KEY: "", AWS_SECRET_ACCESS_KEY_FILE: "secret", SKUPORT_FILES: "s3://files" };
  expect(load(env)?.secret_access_key).toBe("from-a-file");
});

test.each([
  [{ ...OWN, SKUPORT_FILES: "/srv/files" }, "write s3://bucket/prefix"],
  [{ ...OWN, SKUPORT_FILES: "s3://UPPER/x" }, "write s3://bucket/prefix"],
  [{ ...OWN, SKUPORT_FILES: "s3://AKIA-1:very-secret@files/x" }, "write s3://bucket/prefix"],
  [{ ...OWN, SKUPORT_FILES: "s3://files/a/../b" }, "write s3://bucket/prefix"],
  [{ ...OWN, SKUPORT_FILES: "s3://files/a//b" }, "write s3://bucket/prefix"],
  [{ SKUPORT_FILES: "s3://files", AWS_REGION: "eu-central-1" }, "AWS_ACCESS_KEY_ID: SKUPORT_FILES needs"],
  [{ ...KEYS, SKUPORT_FILES: "s3://files" }, "AWS_REGION: write the region"],
  [
    { ...KEYS, SKUPORT_FILES: "s3://files", AWS_ENDPOINT_URL_S3: "https://a:very-secret@minio" },
    "write https://host:port",
  ],
])("refuses %j without showing the key", (env, message) => {
  expect(() => load(env as Record<string, string>)).toThrow(message);
  expect(() => load(env as Record<string, string>)).not.toThrow("very-secret");
});
