// Settings of the store of uploaded files: a bucket with the API of Amazon S3, instead of the data folder. The names of the AWS settings are
// those that other programs use.
import { z } from "zod";
import type { BucketSettings } from "../imports/file-stores/bucket/settings.ts";
import type { Setting } from "./setting.ts";

const text = z.string();

export const FILE_SETTINGS = {
  SKUPORT_FILES: {
    about:
      "Bucket for uploaded files, as s3://bucket/prefix, so that servers and workers on several hosts need no shared folder. All processes of a database need the same value, and each database needs a prefix of its own. Default: the folder files in the data folder.",
    example: "",
    schema: text,
  },
  AWS_ACCESS_KEY_ID: {
    about: "Access key for SKUPORT_FILES. AWS_ACCESS_KEY_ID_FILE names a file that contains it.",
    example: "",
    can_be_file: true,
    schema: text,
    is_secret: true,
  },
  AWS_SECRET_ACCESS_KEY: {
    about: "Secret key for SKUPORT_FILES. AWS_SECRET_ACCESS_KEY_FILE names a file that contains it.",
    example: "",
    can_be_file: true,
    schema: text,
    is_secret: true,
  },
  AWS_SESSION_TOKEN: {
    about:
      "Session token, if the keys for SKUPORT_FILES are temporary. Restart Skuport with new keys before they expire. AWS_SESSION_TOKEN_FILE names a file that contains it.",
    example: "",
    can_be_file: true,
    schema: text,
    is_secret: true,
  },
  AWS_REGION: {
    about: "Region of the bucket, such as eu-central-1. Default with AWS_ENDPOINT_URL_S3: us-east-1.",
    example: "",
    schema: text,
  },
  AWS_ENDPOINT_URL_S3: {
    about:
      "URL of an S3-compatible service, such as https://minio.example:9000. Connections use TLS unless the URL begins with http://. Default: Amazon S3.",
    example: "",
    schema: text,
  },
} as const satisfies Record<string, Setting>;

type Values = { [N in keyof typeof FILE_SETTINGS]?: string };

const BUCKET_FORM = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/([\w./-]*))?$/;
const REGION_FORM = /^[a-z0-9-]{1,40}$/;

/** Returns the faults of these settings. Without SKUPORT_FILES, the others are ignored: they may be those of other programs. */
export function fileFaults(given: Readonly<Record<string, string>>): string[] {
  const files = given["SKUPORT_FILES"];
  if (files === undefined) return [];
  const faults: string[] = [];
  if (!isBucket(files))
    faults.push(
      `SKUPORT_FILES: write s3://bucket/prefix with letters, digits, ".", "-", "_" and "/", or remove the setting to keep files in the data folder.`,
    );
  for (const name of ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"])
    if (given[name] === undefined)
      faults.push(`${name}: SKUPORT_FILES needs this setting; write the key for the bucket.`);
  const { AWS_ENDPOINT_URL_S3: endpoint, AWS_REGION: region } = given;
  if (endpoint !== undefined && !isEndpoint(endpoint))
    faults.push("AWS_ENDPOINT_URL_S3: write https://host:port, without user, password, query and fragment.");
  if (region === undefined ? endpoint === undefined : !REGION_FORM.test(region))
    faults.push("AWS_REGION: write the region of the bucket, such as eu-central-1.");
  return faults;
}

/** @returns undefined if the data folder is the store */
export function bucketOf(values: Values): BucketSettings | undefined {
  const [, bucket, prefix = ""] = BUCKET_FORM.exec(values.SKUPORT_FILES ?? "") ?? [];
  if (bucket === undefined) return undefined;
  return {
    bucket,
    prefix: prefix === "" || prefix.endsWith("/") ? prefix : `${prefix}/`,
    region: values.AWS_REGION ?? "us-east-1",
    endpoint: values.AWS_ENDPOINT_URL_S3,
    access_key_id: values.AWS_ACCESS_KEY_ID ?? "",
    secret_access_key: values.AWS_SECRET_ACCESS_KEY ?? "",
    session_token: values.AWS_SESSION_TOKEN,
  };
}

function isBucket(files: string): boolean {
  const [, bucket = "", prefix = ""] = BUCKET_FORM.exec(files) ?? [];
  return bucket !== "" && !bucket.includes("..") && !/^\/|\/\/|(?:^|\/)\.{1,2}(?:\/|$)/.test(prefix);
}

function isEndpoint(endpoint: string): boolean {
  const url = URL.parse(endpoint);
  if (url === null || !["http:", "https:"].includes(url.protocol)) return false;
  return url.username === "" && url.password === "" && url.search === "" && url.hash === "";
}
