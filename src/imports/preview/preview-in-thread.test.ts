// Previews that take too long or too much end with a clear problem, and the next one is made all the same.
import { afterEach, expect, test } from "vitest";
import { makeWorkbook, textRow } from "../../../tests/support/make-workbook.ts";
import { createPreviewer, type Previewer, type PreviewLimits } from "./preview-in-thread.ts";
import type { PreviewJob } from "./preview-thread.ts";

const options = { mode: "upsert", repeats: "last", strict: false, active: true } as const;
const stays = new AbortController().signal;
const text = (bytes: string): PreviewJob => ({ bytes: Buffer.from(bytes), is_whole: true, options });
const SMALL = text("sku,name\nA-1,One\n");

let open: Previewer[] = [];
afterEach(async () => {
  await Promise.all(open.map((previewer) => previewer.close()));
  open = [];
});

function previewerWith(limits?: PreviewLimits): Previewer {
  const previewer = createPreviewer(limits);
  open.push(previewer);
  return previewer;
}

test("a preview comes from the thread as it was made there, and so does its problem", async () => {
  const previewer = previewerWith();
  expect(await previewer.preview(SMALL, stays)).toMatchObject({
    dialect: { delimiter: "," },
    rows: [{ line: 2, cells: ["A-1", "One"] }],
  });
  await expect(previewer.preview(text("%PDF-1.7"), stays)).rejects.toMatchObject({ slug: "unsupported-file" });
  expect(await previewer.preview(text("name\nOne\n"), stays)).toMatchObject({ problem: { headers: ["name"] } });
});

test("one that takes too long is stopped, and the next one has a thread again", async () => {
  const limits = { cpu_ms: 1, watch_ms: 1 };
  const previewer = previewerWith(limits);
  const rows = Array.from({ length: 20_000 }, (_, i) => textRow(i + 2, `A-${i}`, "x".repeat(i % 50))).join("");
  const slow = { ...SMALL, bytes: await makeWorkbook({ sheets: { S: textRow(1, "sku", "name") + rows } }) };
  const stopped = { slug: "preview-stopped", message: expect.stringContaining("0.001 seconds") as string };
  await expect(previewer.preview(slow, stays)).rejects.toMatchObject(stopped);
  await expect(previewer.preview(slow, stays)).rejects.toMatchObject(stopped);
  limits.cpu_ms = 60_000;
  expect(await previewer.preview(slow, stays)).toMatchObject({ sample_size: expect.any(Number) as number });
});

test("one that takes too much memory is stopped, and the next one has a thread again", async () => {
  // Too little for the thread to load
  const limits: PreviewLimits = { heap: { maxOldGenerationSizeMb: 4, maxYoungGenerationSizeMb: 1 } };
  const previewer = previewerWith(limits);
  await expect(previewer.preview(SMALL, stays)).rejects.toMatchObject({
    slug: "preview-stopped",
    message: expect.stringContaining("memory") as string,
  });
  delete limits.heap;
  expect(await previewer.preview(SMALL, stays)).toMatchObject({ sample_size: 1 });
});

test("few wait; more are refused, and those whose client has gone are not made", async () => {
  const previewer = previewerWith();
  const gone = new AbortController();
  const waiting = Array.from({ length: 8 }, () => previewer.preview(SMALL, stays));
  const left = previewer.preview(SMALL, gone.signal);
  await expect(previewer.preview(SMALL, stays)).rejects.toMatchObject({ slug: "too-many-previews" });
  gone.abort();
  await expect(left).rejects.toMatchObject({ slug: "upload-interrupted" });
  expect(await Promise.all(waiting)).toHaveLength(8);
  expect(await previewer.preview(SMALL, stays)).toMatchObject({ sample_size: 1 });
});

test("previews that wait when the server stops are answered", async () => {
  const previewer = previewerWith();
  const waiting = Array.from({ length: 3 }, () => previewer.preview(SMALL, stays));
  const answers = Promise.allSettled(waiting);
  await previewer.close();
  expect(
    (await answers).map((answer) => (answer.status === "rejected" ? (answer.reason as { slug: string }).slug : "")),
  ).toEqual(["not-ready", "not-ready", "not-ready"]);
});
