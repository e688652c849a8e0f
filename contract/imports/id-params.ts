// The path parameter of all endpoints of one import.
import { z } from "zod";

export const id_params = z.object({ id: z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER) });
