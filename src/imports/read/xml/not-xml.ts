// The problem of a file that is not well-formed XML.
import { because } from "../../../../contract/problem-reasons.ts";
import { Problem } from "../../../../contract/problems.ts";

export const notXml = (reason: string, line: number): Problem =>
  new Problem(
    "broken-file",
    `The file is not valid XML: in line ${line.toLocaleString("en")}, ${reason}. Get the file again from the program that made it.`,
    { extra: because("not-xml", { line }) },
  );
