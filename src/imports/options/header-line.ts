// Sets the line of the header in the mapping of an import.
import { withLine } from "../../profiles/choose-profile.ts";
import { headerFor, type HeaderLines } from "../../profiles/select/header-line.ts";
import type { GivenOptions } from "../../../contract/imports/imports.ts";

/**
 * If another line than the detected header has the columns that the mapping requires (`headerFor`), returns the options with this line as
 * the header in the mapping. Otherwise returns the same object, as it also does if the mapping itself specifies the header.
 */
export function withHeaderLine(options: GivenOptions, lines: HeaderLines): GivenOptions {
  const { mapping, key } = options;
  if (mapping === undefined || key !== undefined) return options;
  const found = headerFor(mapping, lines);
  const placed = found === undefined ? mapping : withLine(mapping, found.line);
  return placed === mapping ? options : { ...options, mapping: placed };
}
