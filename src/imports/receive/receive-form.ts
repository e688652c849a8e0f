// A file that comes as a form (multipart/form-data): the field `file` is the file, the fields before it are options.
import { Busboy } from "@fastify/busboy";
import type { IncomingHttpHeaders } from "node:http";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ImportContext } from "../context.ts";
import { receiveImport, type Upload } from "./receive.ts";
import { invalidRequest } from "../../../contract/faults.ts";
import { file_name, import_query, type Import, type ImportOptions } from "../../../contract/imports/imports.ts";
import { Problem } from "../../../contract/problems.ts";

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
  let fault: Problem | undefined;
  form.on("field", (name: string, value: string, _nameIsCut: boolean, valueIsCut: boolean) => {
    // Passed over in silence, an option would be one that the sender believes in.
    if (file !== undefined) fault ??= invalid(`The form's field "${name}" stands behind the file; fields come first.`);
    else if (valueIsCut) fault ??= invalid(`The form's field "${name}" is longer than any option.`);
    else if (fields.has(name)) fault ??= invalid(`The form says "${name}" twice; say it once.`);
    else fields.set(name, value);
  });
  form.on(
    "filesLimit",
    () => (fault ??= invalid("The form has more than one file. Send each as an import of its own.")),
  );
  for (const limit of ["fieldsLimit", "partsLimit"] as const)
    form.on(limit, () => (fault ??= invalid("The form has more fields than there are options.")));
  form.on("file", (name: string, stream: Readable, saidName: string | undefined) => {
    file = stream;
    // Whoever reads the file meets its errors; a file that nobody reads may have them too.
    stream.on("error", () => undefined);
    const take = async (): Promise<Import> => {
      if (name !== "file") throw misplaced(name);
      if (fault !== undefined) throw fault;
      const options = readOptions(upload.options, fields);
      const named = file_name.safeParse(saidName === undefined || saidName === "" ? upload.filename : saidName);
      if (!named.success) throw invalid(`The file's name: ${named.error.issues[0]?.message ?? "not valid"}.`);
      const bytesOfFile = throughout(stream, whole, () => fault);
      return receiveImport(context, { ...upload, filename: named.data, options }, bytesOfFile);
    };
    take()
      .finally(() => {
        stop.abort();
      })
      .then(resolve, reject);
  });
  const whole = pipeline(bytes, form, { signal: stop.signal });
  whole.then(
    () => {
      if (file === undefined) reject(fault ?? invalid("The form has no file. Send it as the field `file`."));
    },
    (error: unknown) => {
      if (file === undefined) reject(error instanceof Problem ? error : unreadable(error));
      // Whoever reads the file learns that no more of it will come.
      else file.destroy(error as Error);
    },
  );
  return promise;
}

function openForm(headers: IncomingHttpHeaders): InstanceType<typeof Busboy> {
  try {
    const form = new Busboy({
      headers: { ...headers, "content-type": headers["content-type"] ?? "" },
      limits: LIMITS,
      // Some clients send a file without a name.
      isPartAFile: (name, _type, filename) => name === "file" || filename !== undefined,
    });
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
  throw invalidRequest(errors);
}

/** The file's bytes, which count only if the whole form was well; that it ends too soon is told as what it is, an upload that was
 * not completed. */
async function* throughout(
  stream: Readable,
  whole: Promise<void>,
  faultOf: () => Problem | undefined,
): AsyncGenerator<Buffer> {
  try {
    for await (const piece of stream) yield piece as Buffer;
    await whole;
  } catch (cause) {
    if (cause instanceof Problem) throw cause;
    throw new Problem(
      "upload-interrupted",
      "The form ended before it was complete; nothing was imported. Send it again.",
      {
        cause,
      },
    );
  }
  const fault = faultOf();
  if (fault !== undefined) throw fault;
}

const invalid = (detail: string): Problem => new Problem("invalid-request", detail);

const misplaced = (field: string): Problem =>
  invalid(`The form's file stands in the field "${field}"; it belongs in "file".`);

const unreadable = (cause: unknown): Problem =>
  new Problem("invalid-request", "The form cannot be read. Check its boundary and its parts.", { cause });
