// The environment of a command that a test runs in a process of its own.
import type { FastifyInstance } from "fastify";
import { authorizationOf } from "../app.ts";

/** Returns the environment of this process with an API key that the application accepts. */
export const commandEnvironment = (app: FastifyInstance): Record<string, string | undefined> => ({
  ...process.env,
  SKUPORT_API_KEY: authorizationOf(app).authorization.replace("Bearer ", ""),
});
