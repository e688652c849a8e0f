// A file that comes as a form (multipart/form-data): the field `file` is the file, the fields before it are options.
import { Busboy } from "@fastify/busboy";
import type { IncomingHttpHeaders } from "node:http";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ImportContext } from "./context.ts";
import { receiveImport, type Upload } from "./receive.ts";
import { import_query, type Import, type ImportOptions } from "../../contract/imports.ts";
import { Problem } from "../../contract/problems.ts";

/** One file, and more fields of more characters than there are options. */
const LIMITS = { files: 1, fields: 50, fieldSize: 1000, parts: 60 };

export const isForm = ({ "content-type": type = "" }: IncomingHttpHeaders): boolean =>
  /^multipart\/form-data\b/i.test(type);

/** Receives the form's file as `receiveImport` does; `upload` is what the request says besides.
 * @throws Problem invalid-request, and those of `receiveImport` */
export async function receiveForm(
  context: ImportContext,
  upload: Upload,
  headers: IncomingHttpHeaders,
  bytes: AsyncIterable<Buffer>,
): Promise<Import> {
  const form = openForm(headers);
  const fields = new Map<string, string>();
  const stop = new AbortController();
  const { promise, resolve, reject } = Promise.withResolvers<Import>();
  let file: Readable | undefined;
  form.on("field", (name: string, value: string) => fields.set(name, value));
  form.on("file", (name: string, stream: Readable, filename: string) => {
    file = stream;
    // Whoever reads the file meets its errors; a file that nobody reads may have them too.
    stream.on("error", () => undefined);
    const take = async (): Promise<Import> => {
      if (name !== "file") throw misplaced(name);
      const options = readOptions(upload.options, fields);
      return receiveImport(context, { ...upload, filename: filename || upload.filename, options }, untilTorn(stream));
    };
    // What stands behind the file says nothing.
    take()
      .finally(() => {
        stop.abort();
      })
      .then(resolve, reject);
  });
  pipeline(bytes, form, { signal: stop.signal }).then(
    () => {
      if (file === undefined)
        reject(new Problem("invalid-request", "The form has no file. Send it as the field `file`."));
    },
    (error: unknown) => {
      if (file === undefined) reject(unreadable(error));
      // Whoever reads the file learns that no more of it will come.
      else file.destroy(error as Error);
    },
  );
  return promise;
}

function openForm(headers: IncomingHttpHeaders): InstanceType<typeof Busboy> {
  try {
    const form = new Busboy({ headers: { ...headers, "content-type": headers["content-type"] ?? "" }, limits: LIMITS });
    // The pipeline tells it; this is for what comes once that has ended.
    form.on("error", () => undefined);
    return form;
  } catch (error) {
    throw unreadable(error);
  }
}

function readOptions(said: ImportOptions, fields: ReadonlyMap<string, string>): ImportOptions {
  const options = import_query.safeParse({ ...said, ...Object.fromEntries(fields) });
  if (options.success) return options.data;
  const errors = options.error.issues.map(({ path, message }) => ({
    pointer: `/body/${path.join("/")}`,
    detail: message,
  }));
  const told = errors.map(({ pointer, detail }) => `${pointer}: ${detail}`).join("; ");
  throw new Problem("invalid-request", `${told}.`, { extra: { errors } });
}

/** The file's bytes; that the form ends within the file is told as what it is, an upload that was not completed. */
async function* untilTorn(stream: Readable): AsyncGenerator<Buffer> {
  try {
    for await (const piece of stream) yield piece as Buffer;
  } catch (cause) {
    throw new Problem(
      "upload-interrupted",
      "The form ended before the file was complete; nothing was imported. Send it again.",
      { cause },
    );
  }
}

const misplaced = (field: string): Problem =>
  new Problem("invalid-request", `The form's file stands in the field "${field}"; it belongs in "file".`);

const unreadable = (cause: unknown): Problem =>
  new Problem("invalid-request", "The form cannot be read. Check its boundary and its parts.", { cause });
