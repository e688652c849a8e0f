// Endpoints of the tests that a profile contains.
import { z } from "zod";
import { endpoint } from "../endpoint.ts";
import { preview } from "../imports/preview.ts";
import { problem_document } from "../problem-document.ts";
import { profile_definition, profile_name, profile_test, test_input } from "./profile.ts";

/** A difference between the expected and the actual result of a test. Values are JSON texts. */
const difference = z.object({
  sku: z.string().nullable().describe("The product; null if the difference is not about one product"),
  member: z.string().describe("What differs, such as `name`, `attributes.price` or `ignored`"),
  expected: z
    .string()
    .nullable()
    .describe("The expected value as JSON, truncated to 500 characters; null if the test expects no value"),
  actual: z
    .string()
    .nullable()
    .describe("The actual value as JSON, truncated to 500 characters; null if the result contains no value"),
});
export const profile_test_result = z.object({
  name: z.string().describe("Name of the test, or its number if it has no name"),
  passed: z.boolean(),
  differences: z.array(difference).describe("The first 50 differences"),
});
export type ProfileTestResult = z.infer<typeof profile_test_result>;

export const profile_test_run = z
  .object({ passed: z.boolean(), tests: z.array(profile_test_result) })
  .meta({ id: "ProfileTestRun" });
export type ProfileTestRun = z.infer<typeof profile_test_run>;

const params = z.object({ name: profile_name });
const problems = { 400: problem_document, 404: problem_document, 503: problem_document };

export const test_profile = endpoint({
  method: "POST",
  url: "/api/profiles/:name/test",
  access: "importer",
  scope: "import",
  schema: {
    operationId: "test_profile",
    summary: "Run the tests that a profile contains",
    description: "With a body, runs the tests of the profile in the body. This profile need not be stored.",
    tags: ["profiles"],
    params,
    body: z.object({ definition: profile_definition.optional() }).strict().prefault({}),
    response: { 200: profile_test_run, ...problems },
  },
});

export const computed_profile_test = z
  .object({
    test: profile_test
      .nullable()
      .describe(
        "The test. Its expected products are those that the profile makes from the input. null if the input cannot be read",
      ),
    preview,
  })
  .meta({ id: "ComputedProfileTest" });
export type ComputedProfileTest = z.infer<typeof computed_profile_test>;

export const compute_profile_test = endpoint({
  method: "POST",
  url: "/api/profiles/:name/tests/compute",
  access: "importer",
  scope: "import",
  schema: {
    operationId: "compute_profile_test",
    summary: "Compute the products that a profile makes from a small input",
    description:
      "Nothing is stored. To keep the test, add it to `tests` in the text of the profile. If the body " +
      "contains `definition`, the profile need not be stored.",
    tags: ["profiles"],
    params,
    body: z
      .object({
        name: profile_test.shape.name,
        input: test_input,
        definition: profile_definition.optional(),
      })
      .strict(),
    response: { 200: computed_profile_test, 422: problem_document, ...problems },
  },
});
