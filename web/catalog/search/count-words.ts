// Numbers of products of which it is only known that there are at least so many.
import { formatCount } from "../../ui/format.ts";

export interface Total {
  value: number;
  is_exact: boolean;
}

/** "601+" in place of "601" where more may match than have been counted. */
export const atLeast = (text: string, { value, is_exact }: Total): string =>
  is_exact ? text : text.replace(formatCount(value), `${formatCount(value)}+`);
