// Receives a file from a form (multipart/form-data): the field `file` is the file, and the fields before it are options.
import { Busboy } from "@fastify/busboy";
import type { IncomingHttpHeaders } from "node:http";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ImportContext } from "../context.ts";
import { findFilePartType } from "./form-part-type.ts";
import { receiveImport, type Upload } from "./receive.ts";
import { invalidRequest } from "../../../contract/faults.ts";
import { file_name, import_query, type GivenOptions, type Import } from "../../../contract/imports/imports.ts";
import { declaredEncoding, unknownEncoding } from "../../../contract/imports/import-names.ts";
import { MAX_MAPPING_CHARACTERS } from "../../../contract/mapping/mapping-text.ts";
import { Problem } from "../../../contract/problems.ts";

/** Maximum number of characters of an option that is not a mapping. */
const MAX_OPTION_CHARACTERS = 2000;
const longestOf = (name: string): number => (name === "mapping" ? MAX_MAPPING_CHARACTERS : MAX_OPTION_CHARACTERS);

/** Limits of a form: one file, and enough fields and bytes for all options. */
const LIMITS = { files: 1, fields: 50, fieldSize: MAX_MAPPING_CHARACTERS * 4, parts: 60 };

export const isForm = ({ "content-type": type = "" }: IncomingHttpHeaders): boolean =>
  /^multipart\/form-data\b/i.test(type);

/** Receives the form's file like `receiveImport`. The options in the form override those in `upload`.
 * @throws Problem invalid-request, and the Problems of `receiveImport` */
export async function receiveForm(
  context: ImportContext,
  upload: Upload,
  headers: IncomingHttpHeaders,
  bytes: AsyncIterable<Buffer>,
): Promise<Import> {
  const form = openForm(headers);
  const partType = findFilePartType(headers);
  const fields = new Map<string, string>();
  const stop = new AbortController();
  const { promise, resolve, reject } = Promise.withResolvers<Import>();
  let file: Readable | undefined;
  let fault: Problem | undefined;
  form.on("field", (name: string, value: string, _nameIsCut: boolean, valueIsCut: boolean) => {
    // Refuse fields that cannot be used. If they were ignored, the client would believe that its options apply.
    if (file !== undefined)
      fault ??= invalid(`The form's field "${name}" comes after the file. Send all fields before the file.`);
    else if (valueIsCut || value.length > longestOf(name))
      fault ??= invalid(`The form's field "${name}" is too long. No option has such a long value.`);
    else if (fields.has(name)) fault ??= invalid(`The form contains the field "${name}" twice. Send it once.`);
    else fields.set(name, value);
  });
  form.on(
    "filesLimit",
    () => (fault ??= invalid("The form contains more than one file. Send each file in a separate request.")),
  );
  for (const limit of ["fieldsLimit", "partsLimit"] as const)
    form.on(limit, () => (fault ??= invalid("The form contains too many fields. Send only fields that are options.")));
  form.on("file", (name: string, stream: Readable, givenName: string | undefined) => {
    file = stream;
    // `receive` reads the stream and handles its errors, but it refuses some forms before it reads. This listener keeps an error of an
    // unread stream from ending the process.
    stream.on("error", () => undefined);
    const receive = async (): Promise<Import> => {
      if (name !== "file") throw wrongField(name);
      if (fault !== undefined) throw fault;
      const options = withCharset(readOptions(upload.options, fields), partType.content_type);
      const filename = file_name.safeParse(givenName === undefined || givenName === "" ? upload.filename : givenName);
      if (!filename.success)
        throw invalid(
          `The file's name is not valid: ${filename.error.issues[0]?.message ?? "wrong format"}. Rename the file.`,
        );
      const fileBytes = requireWholeForm(stream, whole, () => fault);
      return receiveImport(context, { ...upload, filename: filename.data, options }, fileBytes);
    };
    receive()
      .finally(() => {
        stop.abort();
      })
      .then(resolve, reject);
  });
  const whole = pipeline(partType.inspect(bytes), form, { signal: stop.signal });
  whole.then(
    () => {
      if (file === undefined) reject(fault ?? invalid('The form contains no file. Send the file in the field "file".'));
    },
    (error: unknown) => {
      if (file === undefined) reject(error instanceof Problem ? error : unreadable(error));
      // Destroying the stream informs the reader of the file that the form is incomplete.
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
    // The pipeline reports errors. This listener is for errors after the pipeline has ended.
    form.on("error", () => undefined);
    return form;
  } catch (error) {
    throw unreadable(error);
  }
}

function readOptions(given: GivenOptions, fields: ReadonlyMap<string, string>): GivenOptions {
  const options = import_query.safeParse({ ...given, ...Object.fromEntries(fields) });
  if (options.success) return options.data;
  const errors = options.error.issues.map(({ path, message }) => ({
    pointer: ["/body", ...path].join("/"),
    detail: message,
  }));
  throw invalidRequest(errors);
}

/** Returns the options with the encoding that the content type of the file declares, unless the options contain one.
 * @throws Problem invalid-request if the declared encoding is not supported */
function withCharset(options: GivenOptions, contentType: string): GivenOptions {
  const declared = options.encoding === undefined ? declaredEncoding(contentType) : undefined;
  if (declared === undefined) return options;
  const { label, encoding } = declared;
  if (encoding !== undefined) return { ...options, encoding };
  throw invalidRequest([{ pointer: "/body/file", detail: unknownEncoding(label) }]);
}

/** Yields the file's bytes, and then throws if any part of the form is invalid. If the form ends too early, the upload counts as
 * interrupted. */
async function* requireWholeForm(
  stream: Readable,
  whole: Promise<void>,
  faultOf: () => Problem | undefined,
): AsyncGenerator<Buffer> {
  try {
    for await (const buffer of stream) yield buffer as Buffer;
    await whole;
  } catch (cause) {
    if (cause instanceof Problem) throw cause;
    throw new Problem(
      "upload-interrupted",
      "The upload stopped before the form was complete, and nothing was imported. Upload the file again.",
      { cause },
    );
  }
  const fault = faultOf();
  if (fault !== undefined) throw fault;
}

const invalid = (detail: string): Problem => new Problem("invalid-request", detail);

const wrongField = (field: string): Problem =>
  invalid(`The form contains the file in the field "${field}". Send it in the field "file".`);

const unreadable = (cause: unknown): Problem =>
  new Problem("invalid-request", "The form cannot be read. Check its boundary and the headers of its parts.", {
    cause,
  });
