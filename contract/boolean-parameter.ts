// A boolean that may also arrive as text, in a query string or a form field.
import { z } from "zod";

export const boolean_parameter = z.union([z.boolean(), z.stringbool()]);
