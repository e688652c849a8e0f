// fast-check generators of values for a JSON schema. Most values are valid; some are hostile, as if sent by an attacker or faulty program.
import fc from "fast-check";

export interface Schema {
  $ref?: string;
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: Schema | boolean;
  propertyNames?: Schema;
  items?: Schema;
  minItems?: number;
  maxItems?: number;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  format?: string;
  pattern?: string;
}

/** Hostile strings: SQL, escapes, NUL, unpaired surrogates, prototype names, invalid numbers, long strings. */
export const hostileText = fc.oneof(
  fc.constantFrom(
    "",
    " ",
    "\0",
    "a\0b",
    "'; drop table products; --",
    '"',
    "%",
    "_",
    "\\",
    "*",
    "\\*",
    "$1",
    "{}",
    "[]",
    "null",
    "NaN",
    "-1",
    "0",
    "1e400",
    "9223372036854775808",
    "__proto__",
    "constructor",
    "../../../etc/passwd",
    "\ud800",
    "\ufeff",
    "\u202e",
    "İ",
    "\r\nx: y",
    "2026-02-30T25:61:61Z",
    "0000-01-01T00:00:00Z",
    "999999-01-01T00:00:00Z",
    "e30",
  ),
  fc.string({ unit: "binary", maxLength: 20 }),
  fc.integer({ min: 200, max: 3000 }).map((length) => "é".repeat(length)),
);

const hostileValue = fc.oneof(
  hostileText,
  fc.constantFrom<unknown>(null, true, -1, 0, 1.5, 2 ** 53, 1e308, [], {}, [[]], { __proto__: null, a: {} }),
);

export interface Making {
  components: Record<string, Schema>;
  /** Values that exist in the database, such as ids and SKUs, by property name. */
  known: Record<string, readonly unknown[]>;
  /** Percentage of generated values that are hostile. */
  hostile: number;
  /** Number of `$ref`s that were followed to reach this value. It is limited, because a schema may refer to itself. */
  depth?: number;
}

/** Maximum number of nested `$ref`s to follow. For a `$ref` below them, the generated value is "A-1" or an empty object. */
const MAX_DEPTH = 2;

export function valueOf(schema: Schema, making: Making, name = ""): fc.Arbitrary<unknown> {
  const { components, known, hostile, depth = 0 } = making;
  if (depth > MAX_DEPTH) return fc.constantFrom<unknown>("A-1", {});
  const of = (inner: Schema, innerName = ""): fc.Arbitrary<unknown> =>
    // Create the generator of a `$ref` only when a value is generated, because a schema may refer to itself.
    inner.$ref === undefined
      ? valueOf(inner, making, innerName)
      : fc.constant(null).chain(() => valueOf(inner, { ...making, depth: depth + 1 }, innerName));
  const values = Object.hasOwn(known, name) ? (known[name] as readonly unknown[]) : [];
  return fc.oneof(
    { weight: hostile, arbitrary: hostileValue },
    { weight: 100 - hostile, arbitrary: fittingValue(schema, components, of) },
    ...(values.length === 0 ? [] : [{ weight: 400, arbitrary: fc.constantFrom(...values) }]),
  );
}

function fittingValue(
  schema: Schema,
  components: Record<string, Schema>,
  of: (inner: Schema, name?: string) => fc.Arbitrary<unknown>,
): fc.Arbitrary<unknown> {
  if (schema.$ref !== undefined) return of(components[schema.$ref.replace("#/components/schemas/", "")] ?? {});
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  const several = schema.anyOf ?? schema.oneOf;
  if (several !== undefined) return fc.oneof(...several.map((inner) => of(inner)));
  if (schema.allOf !== undefined) {
    return fc
      .tuple(...schema.allOf.map((inner) => of(inner)))
      .map((parts) => Object.assign({}, ...(parts as object[])) as unknown);
  }
  const types = [schema.type ?? []].flat();
  if (types.length === 0) return fc.jsonValue();
  return fc.oneof(...types.map((type) => ofType(type, schema, of)));
}

function ofType(
  type: string,
  schema: Schema,
  of: (inner: Schema, name?: string) => fc.Arbitrary<unknown>,
): fc.Arbitrary<unknown> {
  switch (type) {
    case "null":
      return fc.constant(null);
    case "boolean":
      return fc.boolean();
    case "integer":
      return fc.oneof(
        fc.integer({ min: Math.max(schema.minimum ?? -10, -(2 ** 31)), max: Math.min(schema.maximum ?? 100, 100) }),
        fc.maxSafeInteger(),
      );
    case "number":
      return fc.double({ noNaN: true, noDefaultInfinity: true });
    case "array":
      return fc.array(of(schema.items ?? {}), { minLength: Math.min(schema.minItems ?? 0, 5), maxLength: 5 });
    case "object":
      return objectOf(schema, of);
    default:
      return textOf(schema);
  }
}

function objectOf(schema: Schema, of: (inner: Schema, name?: string) => fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  const properties = Object.entries(schema.properties ?? {}).map(([name, inner]) => [name, of(inner, name)] as const);
  const own = fc.record(Object.fromEntries(properties), {
    requiredKeys: (schema.required ?? []).filter((name) => schema.properties?.[name] !== undefined),
  });
  if (typeof schema.additionalProperties !== "object") return own;
  const names = fc.oneof(
    { weight: 9, arbitrary: textOf(schema.propertyNames ?? {}) },
    { weight: 1, arbitrary: hostileText },
  );
  const more = fc.dictionary(names, of(schema.additionalProperties), { maxKeys: 3 });
  return fc.tuple(own, more).map(([a, b]) => ({ ...a, ...b }));
}

function textOf({ minLength = 0, maxLength = 20, format, pattern }: Schema): fc.Arbitrary<string> {
  if (format === "date-time") {
    return fc
      .date({ min: new Date("2000-01-01"), max: new Date("2100-01-01"), noInvalidDate: true })
      .map((date) => date.toISOString());
  }
  const max = Math.max(minLength, Math.min(maxLength, 20));
  const any = fc.string({ unit: "grapheme", minLength, maxLength: max });
  return pattern === undefined ? any : fc.oneof(any, fc.constantFrom(",", ";", '"', "\\", "\t", "1"));
}
