// The definition of a setting, and schemas that several settings use.
import { isIP } from "node:net";
import { z } from "zod";

/** Reports all faults of a configuration. Each fault contains the variable, its value and what to do. */
export class ConfigError extends Error {
  readonly faults: readonly string[];
  constructor(faults: readonly string[]) {
    super(
      `The configuration has ${faults.length === 1 ? "an error" : `${String(faults.length)} errors`}:\n  ${faults.join("\n  ")}`,
    );
    this.name = "ConfigError";
    this.faults = faults;
  }
}

export interface Setting {
  /** Text for `.env.example`: what the setting does, its unit and its limits. */
  about: string;
  /** Value shown in `.env.example`; "" = none. */
  example: string;
  /** Converts the variable's text to its value. The error message contains the correct form. */
  schema: z.ZodType<unknown, string>;
  /** Hides the value in messages. */
  is_secret?: true;
  /** The variable NAME_FILE may contain the path of a file with the value. */
  can_be_file?: true;
}

export const wholeNumber = (min: number, max: number) => {
  const message = `write a whole number from ${String(min)} to ${String(max)}`;
  return z
    .string()
    .regex(/^\d{1,16}$/, message)
    .transform(Number)
    .refine((number) => number >= min && number <= max, message);
};

/** Schema of a comma-separated list. */
export const listOf = (isValid: (text: string) => boolean, message: string) =>
  z
    .string()
    .transform((text) => text.split(",").map((item) => item.trim()))
    .refine((items) => items.every(isValid), message);

export const yesOrNo = z
  .enum(["true", "false", "yes", "no", "1", "0"], "write true or false")
  .transform((text) => text === "true" || text === "yes" || text === "1");

export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));
}
