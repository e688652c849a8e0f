// Generates requests for an operation of openapi.json: valid ones, and ones with hostile parameters and bodies.
import fc from "fast-check";
import { hostileText, valueOf, type Making, type Schema } from "./from-schema.ts";

export interface Operation {
  operationId: string;
  tags: string[];
  "x-scope": string;
  parameters?: { in: "query" | "path" | "header"; name: string; required?: boolean; schema: Schema }[];
  requestBody?: { content: Record<string, { schema: Schema }> };
  responses: Record<string, { content?: Record<string, { schema: Schema }> }>;
}

export interface FuzzRequest {
  url: string;
  headers: Record<string, string>;
  payload?: Buffer;
}

/** Header values of printable ASCII. HTTP clients and `inject` refuse to send other characters. */
const headerText = hostileText.map((text) => text.replace(/[^\x20-\x7e]/g, "?"));

/** Generates requests for the operation. Half of the requests are valid. In the other half, any value may be hostile, and unknown members
 * may be added.
 * @param path of the operation in openapi.json, with the names of parameters in braces */
export function requestFor(
  path: string,
  operation: Operation,
  making: Omit<Making, "hostile">,
): fc.Arbitrary<FuzzRequest> {
  return fc.oneof(
    requestOf(path, operation, { ...making, hostile: 0 }),
    requestOf(path, operation, { ...making, hostile: 10 }),
  );
}

function requestOf(path: string, operation: Operation, making: Making): fc.Arbitrary<FuzzRequest> {
  const isHostile = making.hostile > 0;
  return fc
    .tuple(
      parametersOf(operation, "path", making),
      parametersOf(operation, "query", making),
      parametersOf(operation, "header", making),
      isHostile ? extraQuery : fc.constant(""),
      isHostile ? extraHeaders : fc.constant({}),
      bodyOf(operation, making),
    )
    .map(([inPath, inQuery, inHeaders, moreQuery, moreHeaders, body]) => ({
      url: addressOf(path, inPath) + queryOf(inQuery, moreQuery),
      headers: { ...headersOf(inHeaders), ...moreHeaders, ...body.headers },
      ...(body.payload === undefined ? {} : { payload: body.payload }),
    }));
}

/** Strings that PostgreSQL cannot store: one contains NUL, the other an unpaired surrogate. */
const NOT_STORABLE = ["a\0b", "a\ud800b"];
/** Number of valid requests to generate per operation. It is large enough for every optional member to occur in at least one request. */
const SAMPLES = 20;
/** Maximum number of bodies with one replaced string. A body of a large schema contains thousands of strings, and each of them would give
 * one more body. Strings in outer members are replaced first. */
const MAX_BODIES = 60;

/** Returns requests that are valid except for one string that PostgreSQL cannot store. In each request, this string is the value of a
 * path or query parameter, a string in the body, or the name of an additional member in the body. */
export function unstorableRequests(
  path: string,
  operation: Operation,
  components: Making["components"],
): FuzzRequest[] {
  const making = { components, known: KNOWN_OF_ANY, hostile: 0 };
  const sample = <T>(arbitrary: fc.Arbitrary<T>): T[] => fc.sample(arbitrary, { seed: 1, numRuns: SAMPLES });
  const [inPath = {}] = sample(parametersOf(operation, "path", making));
  const queries = sample(parametersOf(operation, "query", making));
  const [inHeaders = {}] = sample(parametersOf(operation, "header", making));
  const bodies = sample(bodyOf(operation, making));
  const [query = {}] = queries;
  const requestWith = (urlPath: typeof inPath, urlQuery: typeof query, body: Body | undefined): FuzzRequest => ({
    url: addressOf(path, urlPath) + queryOf(urlQuery, ""),
    headers: { ...headersOf(inHeaders), ...body?.headers },
    ...(body?.payload === undefined ? {} : { payload: body.payload }),
  });
  const seen = new Set<string>();
  return NOT_STORABLE.flatMap((text) => [
    ...Object.keys(inPath).map((name) => requestWith({ ...inPath, [name]: text }, query, bodies[0])),
    ...[...Object.keys(query), "attributes.Brand", `attributes.${text}`].map((name) =>
      requestWith(inPath, { ...query, [name]: text }, bodies[0]),
    ),
    ...bodies
      .flatMap((body) =>
        jsonBodiesWith(body, text, seen).map((payload) => requestWith(inPath, query, { ...body, payload })),
      )
      .slice(0, MAX_BODIES),
  ]);
}

const KNOWN_OF_ANY = { id: [1], sku: ["A-1"], skus: [["A-1"]], url: ["http://127.0.0.1:9/hook"] };

/** Returns variants of the body. In each variant, `text` replaces one string or is the name of an additional member. */
function jsonBodiesWith({ headers, payload }: Body, text: string, seen: Set<string>): Buffer[] {
  if (payload === undefined || headers["content-type"]?.includes("json") !== true) return [];
  const made: Buffer[] = [];
  const walk = (value: unknown, place: string, whole: (replaced: unknown) => unknown): void => {
    const add = (kind: string, replaced: unknown): void => {
      const name = JSON.stringify([kind, place, text]);
      if (seen.has(name)) return;
      seen.add(name);
      made.push(Buffer.from(JSON.stringify(whole(replaced))));
    };
    if (typeof value === "string") add("text", text);
    else if (Array.isArray(value))
      value.forEach((item, index) => {
        walk(item, `${place}/-`, (replaced) => whole(value.with(index, replaced)));
      });
    else if (typeof value === "object" && value !== null) {
      add("name", { ...value, [text]: "x" });
      for (const [name, member] of Object.entries(value))
        walk(member, `${place}/${name}`, (replaced) => whole({ ...value, [name]: replaced }));
    }
  };
  walk(JSON.parse(payload.toString()), "", (replaced) => replaced);
  return made;
}

/** Generates an object with the values of the parameters, by name. Optional parameters are mostly undefined. */
function parametersOf(operation: Operation, place: string, making: Making): fc.Arbitrary<Record<string, unknown>> {
  const parameters = (operation.parameters ?? []).filter((parameter) => parameter.in === place);
  return fc.record(
    Object.fromEntries(
      parameters.map(({ name, schema, required }) => {
        const value = parameterOf(name, schema, making);
        return [name, required === true ? value : fc.option(value, { nil: undefined, freq: 1 })];
      }),
    ),
  );
}

/** Generates the value of one parameter. Idempotency keys are rarely reused, because a reused key returns the stored response. */
function parameterOf(name: string, schema: Schema, making: Making): fc.Arbitrary<unknown> {
  const value = valueOf(schema, making, name);
  return name === "idempotency-key"
    ? fc.oneof({ weight: 9, arbitrary: fc.noBias(fc.uuid()) }, { weight: 1, arbitrary: value })
    : value;
}

function addressOf(path: string, values: Record<string, unknown>): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const text = asText(values[name]);
    // An empty value, "." and ".." would change the path, and the request would match another route.
    return text === "" || text === "." || text === ".." ? "1" : encode(text);
  });
}

/** Percent-encodes a string. If it contains an unpaired surrogate, the result contains an invalid UTF-8 byte. */
const encode = (text: string): string => (text.isWellFormed() ? encodeURIComponent(text) : "%FF");

const asText = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));

function queryOf(values: Record<string, unknown>, more: string): string {
  const given = Object.entries(values)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${encode(name)}=${encode(asText(value))}`);
  const query = [...given, ...(more === "" ? [] : [more])].join("&");
  return query === "" ? "" : `?${query}`;
}

const extraQuery = fc.oneof(
  { weight: 12, arbitrary: fc.constant("") },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      "limit=1&limit=2",
      "unknown=1",
      "a[b]=c",
      "%FF=%FF",
      "%",
      "__proto__=1",
      "attributes.Brand=B",
    ),
  },
  { weight: 1, arbitrary: hostileText.map((text) => `attributes.${encode(text)}=${encode(text)}`) },
);

const extraHeaders: fc.Arbitrary<Record<string, string>> = fc.oneof(
  { weight: 12, arbitrary: fc.constant({}) },
  { weight: 1, arbitrary: fc.record({ "if-none-match": fc.constantFrom("*", '"1"', 'W/"1", "2"', "x") }) },
  { weight: 1, arbitrary: fc.record({ "if-match": fc.constantFrom("*", '"1-1"', 'W/"1-1"', "x", "") }) },
  { weight: 1, arbitrary: fc.record({ accept: headerText, "accept-encoding": headerText }) },
  { weight: 1, arbitrary: fc.record({ host: fc.constantFrom("evil.example", "localhost:1"), origin: headerText }) },
);

const headersOf = (values: Record<string, unknown>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(values)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [
        name,
        asText(value)
          .replace(/[^\x20-\x7e]/g, "?")
          .slice(0, 500),
      ]),
  );

interface Body {
  headers: Record<string, string>;
  payload?: Buffer;
}

function bodyOf(operation: Operation, making: Making): fc.Arbitrary<Body> {
  const contents = Object.entries(operation.requestBody?.content ?? {});
  const fitting =
    contents.length === 0
      ? fc.constant<Body>({ headers: {} })
      : fc.oneof(...contents.map(([type, { schema }]) => contentOf(type, schema, making)));
  return making.hostile === 0
    ? fitting
    : fc.oneof({ weight: 9, arbitrary: fitting }, { weight: 1, arbitrary: twistedBody });
}

function contentOf(type: string, schema: Schema, making: Making): fc.Arbitrary<Body> {
  if (type === "multipart/form-data") {
    const { file: _, ...properties } = schema.properties ?? {};
    const fields = valueOf({ ...schema, properties, required: [] }, making);
    return fc.tuple(fields, someFile).map(([values, file]) => formOf(values, file));
  }
  if (!type.includes("json")) return someFile.map((payload) => ({ headers: { "content-type": type }, payload }));
  return valueOf(schema, making).map((value) => ({
    headers: { "content-type": type },
    payload: Buffer.from(JSON.stringify(value)),
  }));
}

const someFile = fc.oneof(
  fc
    .constantFrom("sku,name\nA-1,One\nA-2,Two\n", "sku;name\n=x;'=y\n", "", "a", "\ufeff")
    .map((text) => Buffer.from(text)),
  fc.constantFrom("504b0304", "1f8b0800", "d0cf11e0a1b11ae1", "fffe7300").map((hex) => Buffer.from(hex, "hex")),
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
);

const BOUNDARY = "----fuzz";

function formOf(values: unknown, file: Buffer): Body {
  const fields = Object.entries(Object(values) as Record<string, unknown>).map(
    ([name, value]) =>
      `--${BOUNDARY}\r\ncontent-disposition: form-data; name="${name.replace(/["\r\n]/g, "_")}"\r\n\r\n${asText(value)}\r\n`,
  );
  const head = `--${BOUNDARY}\r\ncontent-disposition: form-data; name="file"; filename="f"\r\n\r\n`;
  return {
    headers: { "content-type": `multipart/form-data; boundary=${BOUNDARY}` },
    payload: Buffer.concat([Buffer.from(fields.join("") + head), file, Buffer.from(`\r\n--${BOUNDARY}--\r\n`)]),
  };
}

const twistedBody: fc.Arbitrary<Body> = fc.constantFrom<Body>(
  { headers: { "content-type": "application/json" }, payload: Buffer.from('{"a":') },
  { headers: { "content-type": "application/json" }, payload: Buffer.from('{"__proto__":{"a":1}}') },
  { headers: { "content-type": "application/json" }, payload: Buffer.from("null") },
  { headers: { "content-type": "application/json" }, payload: Buffer.from("[".repeat(10_000)) },
  { headers: { "content-type": "application/json" }, payload: Buffer.alloc((1 << 20) + 1, " ") },
  { headers: { "content-type": "application/json" } },
  { headers: { "content-type": "text/plain" }, payload: Buffer.from("a") },
  { headers: { "content-type": "multipart/form-data" }, payload: Buffer.from("a") },
  { headers: { "content-type": ";;" }, payload: Buffer.from("a") },
  { headers: {} },
);
