// Schema of a boolean that may also be a string, as in a query string or a form field.
import { z } from "zod";

export const boolean_parameter = z.union([z.boolean(), z.stringbool()]);
