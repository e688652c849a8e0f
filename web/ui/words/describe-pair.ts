// Describes attributes whose names are in the cells of the rows instead of the header.
import type { Mapping } from "../../../contract/mapping/mapping.ts";
import { t } from "../../texts/t.ts";
import { describeValue } from "./describe-value.ts";
import { anyOf, quoted } from "./quote.ts";

export function describePair(pair: NonNullable<Mapping["pairs"]>[number]): string {
  const { each, name, value, unit, in: column, split, pair: sign, like, without, list } = pair;
  return [
    ...(each === undefined ? [] : [t("profiles.words.pair_each", { columns: each })]),
    ...(column === undefined ? [] : [t("profiles.words.pair_in", { column })]),
    ...(name === undefined ? [] : [t("profiles.words.pair_name", { value: describeValue(name) })]),
    ...(value === undefined ? [] : [t("profiles.words.pair_value", { value: describeValue(value) })]),
    ...(unit === undefined ? [] : [t("profiles.words.pair_unit", { value: describeValue(unit) })]),
    ...(split === undefined ? [] : [t("profiles.words.pair_split", { text: quoted(split) })]),
    ...(sign === undefined ? [] : [t("profiles.words.pair_sign", { text: quoted(sign) })]),
    ...(like === undefined ? [] : [t("profiles.words.like", { text: quoted(like) })]),
    ...(without === undefined ? [] : [t("profiles.words.pair_without", { texts: anyOf(without.map(quoted)) })]),
    ...(list === true ? [t("profiles.words.list")] : []),
  ].join("; ");
}
