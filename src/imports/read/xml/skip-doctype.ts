// Skips the document type of an XML file, however long it is.

/** The parts of an internal subset in which quotes and brackets have no meaning, and how they end. */
const SUBSET_PARTS = [
  { start: "<!--", end: "-->" },
  { start: "<?", end: "?>" },
];

/** Skips a document type. Its internal subset may contain quoted texts, comments and instructions with `>`. */
export class SubsetSkipper {
  #depth = 0;
  /** The text at which a quoted text or a comment ends; empty outside of both. */
  #until = "";

  /** Returns the position up to which the text was skipped, and whether the document type ends there. */
  skip(text: string, from: number): { at: number; is_end: boolean } {
    let at = from;
    while (at < text.length) {
      if (this.#until !== "") {
        const end = text.indexOf(this.#until, at);
        if (end === -1) return { at: Math.max(at, text.length - this.#until.length + 1), is_end: false };
        at = end + this.#until.length;
        this.#until = "";
        continue;
      }
      const character = text.charAt(at);
      if (character === "<") {
        const part = SUBSET_PARTS.find(({ start }) => text.startsWith(start, at));
        if (part !== undefined) {
          this.#until = part.end;
          at += part.start.length;
          continue;
        }
        // The end of the buffer may cut the start of a comment or an instruction.
        if (SUBSET_PARTS.some(({ start }) => start.startsWith(text.slice(at)))) return { at, is_end: false };
      }
      at++;
      if (character === '"' || character === "'") this.#until = character;
      else if (character === "[" || character === "<") this.#depth++;
      else if (character === "]") this.#depth--;
      else if (character === ">" && this.#depth-- <= 0) return { at, is_end: true };
    }
    return { at, is_end: false };
  }
}
