// Numbers by a sample such as `1.234,56`. Digits are moved as text: a number never becomes a double, so it keeps all its digits.

export interface NumberFormat {
  /** The decimal separator, or an empty string if the sample has no decimal places. */
  decimal: string;
  /** The group separator, or an empty string if the sample has no groups. A blank stands for all kinds of blanks. */
  group: string;
  /** Whether groups may have two digits, as in 12,34,567. */
  short_groups: boolean;
  /** The text before and after the number in the sample, such as `EUR`. */
  before: string;
  after: string;
  sample: string;
}
