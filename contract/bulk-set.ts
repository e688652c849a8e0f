// What a bulk change may set.
import { z } from "zod";

/** New values; what is not said stays. An attribute that is null is removed. */
export const bulk_set = z
  .object({
    name: z.string().trim().min(1).max(1000).optional(),
    description: z.string().max(1_000_000).optional(),
    active: z.boolean().optional(),
    attributes: z.record(z.string().min(1).max(1000), z.string().max(1_000_000).nullable()).optional(),
  })
  .strict()
  .refine((set) => Object.keys(set).length > 0, "say at least one value")
  .meta({ id: "BulkSet" });
export type BulkSet = z.infer<typeof bulk_set>;
