// Reads and changes how an import treats the blank cells of each column: `blank.remove` and `blank.reject` of a mapping.
import { withMember, type Draft } from "./draft.ts";
import type { Names } from "./kept.ts";
import { isPattern, isSameName, matches } from "./patterns.ts";

export const BLANK_POLICIES = ["keep", "remove", "reject"] as const;
export type BlankPolicy = (typeof BLANK_POLICIES)[number];

export function blankPolicy({ blank }: Draft, name: string, names: Names): BlankPolicy {
  if (blank?.reject?.some((pattern) => matches(pattern, name, names)) === true) return "reject";
  return blank?.remove?.some((pattern) => matches(pattern, name, names)) === true ? "remove" : "keep";
}

/** Sets the policy of one column. A pattern that matches the column is replaced with the names of the other columns
 * that the pattern matches. */
export function setBlankPolicy(draft: Draft, name: string, policy: BlankPolicy, names: Names): Draft {
  if (blankPolicy(draft, name, names) === policy) return draft;
  const without = (patterns: readonly string[] = []): string[] =>
    patterns.flatMap((pattern) => {
      if (!matches(pattern, name, names)) return [pattern];
      if (!isPattern(pattern) || isSameName(pattern, name)) return [];
      return names.filter((other) => other !== name && matches(pattern, other, names));
    });
  const lists = { remove: without(draft.blank?.remove), reject: without(draft.blank?.reject) };
  if (policy !== "keep") lists[policy].push(name);
  return withMember(draft, "blank", {
    ...(lists.remove.length === 0 ? {} : { remove: lists.remove }),
    ...(lists.reject.length === 0 ? {} : { reject: lists.reject }),
  });
}

/** Whether blank cells keep or remove the attribute; undefined if the columns differ in this. */
export function commonPolicy({ blank }: Draft): "keep" | "remove" | undefined {
  const { remove = [] } = blank ?? {};
  if (remove.length === 0) return "keep";
  return remove.includes("*") ? "remove" : undefined;
}

export const setCommonPolicy = (draft: Draft, policy: "keep" | "remove"): Draft =>
  withMember(draft, "blank", {
    ...(policy === "remove" ? { remove: ["*"] } : {}),
    ...(draft.blank?.reject === undefined ? {} : { reject: draft.blank.reject }),
  });
