// Previews that exceed their limits end with a problem and do not affect the next preview.
import { afterEach, expect, test } from "vitest";
import { makeWorkbook, textRow } from "../../../tests/support/files/make-workbook.ts";
import { createPreviewer, type Previewer, type PreviewLimits } from "./preview-in-thread.ts";
import type { PreviewJob } from "./preview-thread.ts";

const options = { mode: "upsert", repeats: "last", strict: false, active: true } as const;
const connected = new AbortController().signal;
const text = (bytes: string): PreviewJob => ({
  source: { kind: "bytes", bytes: Buffer.from(bytes), is_whole: true },
  options,
});
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

test("previews and problems are passed on from the thread unchanged", async () => {
  const previewer = previewerWith();
  expect(await previewer.preview(SMALL, connected)).toMatchObject({
    dialect: { delimiter: "," },
    rows: [{ line: 2, cells: ["A-1", "One"] }],
  });
  await expect(previewer.preview(text("%PDF-1.7"), connected)).rejects.toMatchObject({ slug: "unsupported-file" });
  expect(await previewer.preview(text("name\nOne\n"), connected)).toMatchObject({ problem: { headers: ["name"] } });
});

test("a preview that takes too long is stopped, and the next one gets a new thread", async () => {
  const limits = { cpu_ms: 1, watch_ms: 1 };
  const previewer = previewerWith(limits);
  const rows = Array.from({ length: 20_000 }, (_, i) => textRow(i + 2, `A-${i}`, "x".repeat(i % 50))).join("");
  const bytes = await makeWorkbook({ sheets: { S: textRow(1, "sku", "name") + rows } });
  const slow: PreviewJob = { ...SMALL, source: { kind: "bytes", bytes, is_whole: true } };
  const stopped = { slug: "preview-stopped", message: expect.stringContaining("0.001 seconds") as string };
  await expect(previewer.preview(slow, connected)).rejects.toMatchObject(stopped);
  await expect(previewer.preview(slow, connected)).rejects.toMatchObject(stopped);
  limits.cpu_ms = 60_000;
  expect(await previewer.preview(slow, connected)).toMatchObject({ sample_size: expect.any(Number) as number });
});

test("a preview that needs too much memory is stopped, and the next one gets a new thread", async () => {
  // With this limit, the thread cannot even load its code.
  const limits: PreviewLimits = { heap: { maxOldGenerationSizeMb: 4, maxYoungGenerationSizeMb: 1 } };
  const previewer = previewerWith(limits);
  await expect(previewer.preview(SMALL, connected)).rejects.toMatchObject({
    slug: "preview-stopped",
    message: expect.stringContaining("memory") as string,
  });
  delete limits.heap;
  expect(await previewer.preview(SMALL, connected)).toMatchObject({ sample_size: 1 });
});

test("at most eight previews wait, and those of disconnected clients are dropped", async () => {
  const previewer = previewerWith();
  const client = new AbortController();
  const waiting = Array.from({ length: 8 }, () => previewer.preview(SMALL, connected));
  const dropped = previewer.preview(SMALL, client.signal);
  await expect(previewer.preview(SMALL, connected)).rejects.toMatchObject({ slug: "too-many-previews" });
  client.abort();
  await expect(dropped).rejects.toMatchObject({ slug: "upload-interrupted" });
  expect(await Promise.all(waiting)).toHaveLength(8);
  expect(await previewer.preview(SMALL, connected)).toMatchObject({ sample_size: 1 });
});

test("waiting previews are refused when the server stops", async () => {
  const previewer = previewerWith();
  const waiting = Array.from({ length: 3 }, () => previewer.preview(SMALL, connected));
  const answers = Promise.allSettled(waiting);
  await previewer.close();
  expect(
    (await answers).map((answer) => (answer.status === "rejected" ? (answer.reason as { slug: string }).slug : "")),
  ).toEqual(["not-ready", "not-ready", "not-ready"]);
});
