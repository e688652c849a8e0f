// Dates by a sample such as `31.12.2026` or a pattern such as `DD.MM.YYYY`.

export type DatePart = "YYYY" | "YY" | "MM" | "M" | "DD" | "D" | "hh" | "mm" | "ss";

export interface DateFormat {
  parts: ({ part: DatePart } | { literal: string })[];
  sample: string;
}
