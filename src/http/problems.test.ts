import { Writable } from "node:stream";
import Fastify from "fastify";
import { expect, test } from "vitest";
import { Problem } from "../../contract/problems.ts";
import { useProblems } from "./problems.ts";

test("a request that the server refuses on purpose is a warning without a stack trace; a failure is an error with its cause", async () => {
  const lines: Record<string, unknown>[] = [];
  const stream = new Writable({
    write(line: Buffer, _encoding, done) {
      lines.push(JSON.parse(line.toString()) as Record<string, unknown>);
      done();
    },
  });
  const app = Fastify({ logger: { level: "warn", stream } });
  useProblems(app);
  app.get("/refused", () => {
    throw new Problem("not-ready", "The server is stopping.");
  });
  app.get("/lost", () => {
    throw new Problem("not-ready", "The database is unavailable.", { cause: new Error("connection lost") });
  });
  app.get("/failed", () => {
    throw new Error("a bug");
  });
  for (const url of ["/refused", "/lost", "/failed"]) expect((await app.inject(url)).statusCode).toBeGreaterThan(499);
  await app.close();
  expect(lines).toMatchObject([
    { level: 40, msg: "request refused", problem: "not-ready", detail: "The server is stopping." },
    { level: 50, err: { message: expect.stringContaining("connection lost") as string } },
    { level: 50, err: { message: "a bug", stack: expect.any(String) as string } },
  ]);
  expect(lines[0]).not.toHaveProperty("err");
});
