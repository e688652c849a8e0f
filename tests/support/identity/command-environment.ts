// The environment of a command that a test runs in a process of its own.
import type { FastifyInstance } from "fastify";

/** Returns the environment with which a command may call the application. */
export const commandEnvironment = (_app: FastifyInstance): Record<string, string | undefined> => ({
  ...process.env,
  SKUPORT_API_KEY: `sku_${"k".repeat(43)}`,
});
