// Finds the unmodified records in the first part of an XML or JSON file, which is in memory.
import { readPosition } from "./source/source-positions.ts";

/** Returns the record of a row of the table, cut after `limit` characters; undefined if the row has no record. Rows are numbered from 1. */
export type RecordSource = (row: number, limit: number) => string | undefined;

/** @param text the decoded text
 * @param pages the pages that SourcePositions has made of the positions of the records in the text */
export function headSources(text: string, pages: readonly Buffer[]): RecordSource {
  const positions = Buffer.concat(pages);
  return (row, limit) => {
    const position = readPosition(positions, row);
    if (position === undefined) return undefined;
    const { from, length } = position;
    const record = text.slice(from, from + Math.min(length, limit));
    return (length > limit ? `${record} …` : record).toWellFormed();
  };
}
