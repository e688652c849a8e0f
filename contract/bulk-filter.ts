// Which products a bulk change is about, and what it may set.
import { z } from "zod";

/** Conditions that must all hold. */
export const bulk_filter = z
  .object({
    active: z.boolean().optional(),
    created_in: z.int().min(1).optional(),
    changed_in: z.int().min(1).optional(),
  })
  .strict()
  .meta({ id: "BulkFilter" });
export type BulkFilter = z.infer<typeof bulk_filter>;

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
