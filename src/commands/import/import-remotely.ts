// Imports a file on a server: sends it and waits for the end of the import.
import { uploadPath, uploadStream } from "../../../client/upload.ts";
import { watchImport } from "../../../client/watch.ts";
import type { GivenOptions, Import, ListedImport } from "../../../contract/imports/imports.ts";
import type { Server } from "../server/find-server.ts";
import type { Io } from "../command.ts";
import type { Progress } from "./import-progress.ts";
import type { ImportSource } from "./import-source.ts";

/** The parts of the command that an import of a file uses. */
export interface Session {
  io: Io;
  progress: Progress;
  report: (ended: Import) => void;
}

/**
 * Sends the file to the server and waits for the end of the import. If the import is held for an answer, cancels it. Then waits for the
 * imports of the further tables of a zip file, in the same way.
 * @param report called with each ended import or, for a held one, its state before it was cancelled
 */
export async function importRemotely(
  server: Server,
  source: ImportSource,
  options: Partial<GivenOptions>,
  { io, progress, report }: Session,
): Promise<void> {
  const sent = await send(server, source, options, io, progress).catch((error: unknown) => {
    if (io.signal.aborted) return undefined;
    throw error;
  });
  if (sent === undefined) return;
  for (let next: ListedImport | null = sent; next !== null;) {
    const ended: Import = await watchToEnd(server, next, io, progress);
    report(ended);
    next = ended.followed_by === null ? null : await readWhole(server, ended.followed_by);
  }
}

async function watchToEnd(server: Server, started: ListedImport, io: Io, progress: Progress): Promise<Import> {
  let last = started;
  // Ctrl-C cancels the import. The command then waits for the end of the import and reports it.
  const cancel = (): void => void cancelRemotely(server, started.id).catch(() => undefined);
  io.signal.addEventListener("abort", cancel, { once: true });
  for await (const state of watchImport(started.id, server)) {
    last = state;
    progress.show(state);
    if (state.state === "held") break;
  }
  io.signal.removeEventListener("abort", cancel);
  if (last.state === "held") {
    const held = await readWhole(server, started.id);
    await cancelRemotely(server, started.id);
    return held;
  }
  return last.shortened ? readWhole(server, started.id) : (last as Import);
}

/** Fetches the import with all its values: the events of `watchImport` omit or truncate values longer than 1 kB. */
async function readWhole(server: Server, id: number): Promise<Import> {
  const { call } = await import("../../../client/call.ts");
  const { get_import } = await import("../../../contract/imports/imports.ts");
  return call(get_import, { params: { id } }, server);
}

async function cancelRemotely(server: Server, id: number): Promise<void> {
  const { call } = await import("../../../client/call.ts");
  const { cancel_import } = await import("../../../contract/imports/imports.ts");
  await call(cancel_import, { params: { id } }, server);
}

function send(
  server: Server,
  { path, filename, size, open }: ImportSource,
  options: Partial<GivenOptions>,
  { signal }: Io,
  progress: Progress,
): Promise<Import> {
  const onProgress = (bytes: number): void => {
    progress.upload(bytes);
  };
  const onBusy = (): void => {
    progress.busy();
  };
  const upload = { ...server, options, signal, onProgress, onBusy };
  return path === undefined ? uploadStream(open(), { ...upload, filename, size }) : uploadPath(path, upload);
}
