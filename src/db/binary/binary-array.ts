// Arrays in PostgreSQL's binary form: what one statement has found is handed to the next as it came. Read from text and
// written as text again, lists of 5,000 keys were a quarter of all the work of deleting them.

/** What `array_send` gives and a parameter of the array's type takes. None of its elements is null. */
export type BinaryArray = Buffer;

/** Bytes before the first element, and before each element's value. */
const HEAD = 20;
const ELEMENT_HEAD = 4;
/** Where the head says how many elements there are. */
const COUNT_AT = 12;

/** The elements at these positions, which ascend, as an array of its own. */
export function pick(array: BinaryArray, positions: readonly number[]): BinaryArray {
  const picked = [...elementsAt(array, positions)];
  const head = Buffer.from(array.subarray(0, HEAD));
  head.writeInt32BE(picked.length, COUNT_AT);
  return Buffer.concat([head, ...picked]);
}

/** Elements of a text[]. */
export const textsAt = (array: BinaryArray, positions: readonly number[]): string[] =>
  valuesAt(array, positions, (value) => value.toString());

/** Elements of an integer[] or bigint[]. */
export const numbersAt = (array: BinaryArray, positions: readonly number[]): number[] =>
  valuesAt(array, positions, (value) => (value.length === 4 ? value.readInt32BE() : Number(value.readBigInt64BE())));

function valuesAt<T>(array: BinaryArray, positions: readonly number[], read: (value: Buffer) => T): T[] {
  return Array.from(elementsAt(array, positions), (element) => read(element.subarray(ELEMENT_HEAD)));
}

/** With their heads; texts have lengths of their own, so it is walked from the beginning. */
function* elementsAt(array: BinaryArray, positions: readonly number[]): Generator<Buffer> {
  let at = HEAD;
  let position = 0;
  for (const wanted of positions) {
    for (; position < wanted; position++) at += ELEMENT_HEAD + array.readInt32BE(at);
    yield array.subarray(at, at + ELEMENT_HEAD + array.readInt32BE(at));
  }
}
