// The encoding that the content type of a request declares for its file.
import type { FastifyRequest } from "fastify";
import { invalidRequest } from "../../../contract/faults.ts";
import { declaredEncoding, unknownEncoding, type Encoding } from "../../../contract/imports/import-names.ts";
import { isForm } from "./receive-form.ts";

/** Returns the options with the encoding that the request's content type declares, unless the options contain one.
 * @throws Problem invalid-request if the declared encoding is not supported */
export function withDeclaredEncoding<Options extends { encoding?: Encoding | undefined }>(
  options: Options,
  { headers }: FastifyRequest,
): Options {
  const type = headers["content-type"] ?? "";
  const declared = options.encoding === undefined && !isForm(headers) ? declaredEncoding(type) : undefined;
  if (declared === undefined) return options;
  const { label, encoding } = declared;
  if (encoding !== undefined) return { ...options, encoding };
  throw invalidRequest([{ pointer: "/headers/content-type", detail: unknownEncoding(label) }]);
}
