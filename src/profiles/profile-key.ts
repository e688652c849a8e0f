// The key of a profile's name. Two spellings with the same key are the same profile, as with SKUs.
import { skuKey } from "../catalog/product/sku-key.ts";

export const profileKey = (name: string): string => skuKey(name);
