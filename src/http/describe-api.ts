// Describes the contract as OpenAPI 3.1. Uses the schemas from fastify-type-provider-zod, and adds the media types of bodies and
// responses that are not JSON.
import { STATUS_CODES } from "node:http";
import { jsonSchemaTransform, jsonSchemaTransformObject } from "fastify-type-provider-zod";
import { z } from "zod";
import type { Endpoint } from "../../contract/endpoint.ts";
import { problem_document } from "../../contract/problem-document.ts";

type Transform = typeof jsonSchemaTransform;
type TransformObject = typeof jsonSchemaTransformObject;

/** Transforms one route for `@fastify/swagger`. */
export const describeRoute: Transform = (route) => {
  const {
    file_body,
    body_types,
    answer_type = "application/json",
    ...schema
  } = route.schema as Partial<Endpoint["schema"]>;
  if (schema.response === undefined) return jsonSchemaTransform(route);
  // `default` describes problems that any route may return: forbidden host, unavailable database, internal error.
  const response = { ...problemsOf(route.route), ...schema.response, default: problem_document };
  const headers = isKeyed(route.route) ? { headers: withIdempotencyKey(schema.headers) } : {};
  const described = jsonSchemaTransform({ ...route, schema: { ...schema, ...headers, response } });
  const documented = described.schema as { response: Record<string, object>; body?: object };
  documented.response = Object.fromEntries(
    Object.entries(documented.response).map(([status, answer]) => [
      status,
      describeAnswer(status, answer, answer_type),
    ]),
  );
  if (body_types !== undefined && documented.body !== undefined) {
    const { body } = documented;
    documented.body = { content: Object.fromEntries(body_types.map((type) => [type, { schema: body }])) };
  }
  if (file_body !== undefined) documented.body = describeFile(file_body);
  const { access, scope } = route.route as Partial<Pick<Endpoint, "access" | "scope">>;
  const security = access === "public" ? { security: [] } : {};
  return { ...described, schema: { ...described.schema, ...security, "x-access": access, "x-scope": scope } };
};

type Route = Parameters<Transform>[0]["route"];

/** Whether the route accepts an idempotency key. */
const isKeyed = ({ method, config }: Route): boolean =>
  method === "POST" && config?.access?.role !== "public" && config?.access?.is_own_account !== true;

/** Problems that hooks return before the handler runs: missing rights, refused bodies, and conflicts of idempotency keys. */
function problemsOf(route: Route): Record<number, z.ZodType> {
  const { method, config } = route;
  const statuses = [
    ...(method === "GET" || method === "HEAD" ? [] : [400, 408, 413, 415]),
    ...(config?.access?.role === "public" ? [] : [401, 403]),
    ...(isKeyed(route) ? [409, 422] : []),
  ];
  return Object.fromEntries(statuses.map((status) => [status, problem_document]));
}

const withIdempotencyKey = (headers: z.ZodType | undefined): z.ZodType =>
  z.looseObject({
    ...(headers instanceof z.ZodObject ? headers.shape : {}),
    "idempotency-key": z
      .string()
      .max(255)
      .optional()
      .describe(
        "Unique key of the request, such as a UUID. If the request is repeated with the same key within 7 days, it " +
          "is not executed again and gets the first response",
      ),
  });

function describeAnswer(status: string, schema: object, answerType: string | readonly string[]): object {
  const isProblem = status === "default" || Number(status) >= 400;
  const types = isProblem ? ["application/problem+json"] : [answerType].flat();
  return {
    description: STATUS_CODES[status] ?? "Any other error",
    content: Object.fromEntries(types.map((type) => [type, { schema }])),
  };
}

/** Schema of a file. OpenAPI 3.1 does not require one, but documentation pages and code generators recognize files by this
 * schema. */
const BYTES = { type: "string", format: "binary" };

function describeFile({ types, form }: NonNullable<Endpoint["schema"]["file_body"]>): object {
  const content = Object.fromEntries(types.map((type) => [type, { schema: BYTES }]));
  return {
    content: form === undefined ? content : { ...content, "multipart/form-data": { schema: formWithFile(form) } },
  };
}

function formWithFile(form: z.ZodType): object {
  const { $schema: _, ...fields } = z.toJSONSchema(form, { io: "input", target: "draft-2020-12" });
  const file = { ...BYTES, description: "The file; it must follow the other fields of the form" };
  return { ...fields, properties: { ...fields.properties, file }, required: ["file"] };
}

/** Transforms the whole document for `@fastify/swagger`: removes components that no route uses. */
export const describeComponents: TransformObject = (route) => {
  const document = jsonSchemaTransformObject(route);
  const { paths, components } = document as { paths: object; components: { schemas: Record<string, object> } };
  const used = new Map<string, object>();
  const collect = (part: unknown): void => {
    for (const [, name = ""] of JSON.stringify(part).matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
      const schema = components.schemas[name];
      if (schema === undefined || used.has(name)) continue;
      used.set(name, schema);
      collect(schema);
    }
  };
  collect(paths);
  components.schemas = Object.fromEntries(used);
  return document;
};
