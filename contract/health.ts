// Health checks: liveness and readiness.
import { z } from "zod";
import { endpoint } from "./endpoint.ts";
import { problem_document } from "./problem-document.ts";

export const health_live = endpoint({
  method: "GET",
  url: "/health/live",
  access: "public",
  scope: "none",
  schema: {
    operationId: "health_live",
    summary: "Check that the process is running",
    tags: ["health"],
    response: { 200: z.object({ status: z.literal("alive") }) },
  },
});

export type FileStore = z.infer<(typeof health_ready.schema.response)[200]>["stores"][number];

export const health_ready = endpoint({
  method: "GET",
  url: "/health/ready",
  access: "viewer",
  scope: "read",
  schema: {
    operationId: "health_ready",
    summary: "Check that the database responds, and count the workers",
    description:
      "503 if the database does not respond, or if the server starts a worker itself and no worker reads its uploaded files.",
    tags: ["health"],
    response: {
      200: z.object({
        status: z.literal("ready"),
        version: z.string(),
        database: z.literal("up"),
        workers: z.int().describe("Number of worker processes that were active in the last 30 seconds"),
        stores: z
          .array(
            z.object({
              id: z.string(),
              location: z
                .string()
                .describe(
                  "Host and path where a process last opened the store, or the bucket, such as s3://bucket/prefix/",
                ),
              is_own: z.boolean().describe("Whether this server stores its uploads there"),
              workers: z.int().describe("Number of worker processes that read files of this store"),
              unfinished_imports: z
                .int()
                .describe("Number of unfinished imports with a file in this store; without a worker, they wait"),
            }),
          )
          .describe(
            "The places that keep uploaded files: the one of this server, and all that have a worker or an " +
              "unfinished import",
          ),
        search: z
          .object({
            pending: z
              .int()
              .describe(
                "Number of changed products that the search index does not contain yet; lists are exact nevertheless",
              ),
            lag_seconds: z.number().describe("Age of the oldest pending change in seconds"),
          })
          .describe("Backlog of the search index"),
      }),
      503: problem_document,
    },
  },
});
