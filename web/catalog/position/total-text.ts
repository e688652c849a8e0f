// The number of products in the list as text.
import { t } from "../../texts/t.ts";
import { formatCount } from "../../ui/format.ts";
import type { ListTotal } from "../rows/list-request.ts";

export function totalText({ value, relation }: ListTotal): string {
  switch (relation) {
    case "gte":
      return t("catalog.count_at_least", { n: formatCount(value) });
    case "estimate":
      return t("catalog.count_about", { n: formatRounded(value) });
    case "eq":
      return formatCount(value);
  }
}

/** Rounds an estimate to two significant digits, so that it does not look exact. */
const formatRounded = (value: number): string => formatCount(Number(value.toPrecision(2)));
