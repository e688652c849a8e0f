// Sets the line of the header in the mapping of an import.
import { withLine } from "../../profiles/choose-profile.ts";
import { headerFor, type HeaderLines } from "../../profiles/select/header-line.ts";
import type { GivenOptions } from "../../../contract/imports/imports.ts";

/**
 * Returns the options with the line whose columns the mapping uses, if it is not the header that detection has chosen. Returns the same
 * object if the header has these columns, if no line has them, or if the mapping defines the position of the header.
 */
export function withHeaderLine(options: GivenOptions, lines: HeaderLines): GivenOptions {
  const { mapping, key } = options;
  if (mapping === undefined || key !== undefined) return options;
  const found = headerFor(mapping, lines);
  const placed = found === undefined ? mapping : withLine(mapping, found.line);
  return placed === mapping ? options : { ...options, mapping: placed };
}
