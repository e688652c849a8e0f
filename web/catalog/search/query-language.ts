// The language of the search box: words, "phrases" and operators, as in `sku:AB* active:no brand:"Acme Ltd" lamp`.
// What an operator means to the server is said in list-filter.ts.

export interface Term {
  /** null = searched in SKU, name and description. */
  field: string | null;
  value: string;
}

/** Every text is a query: a quote that is left open closes at the end. */
export function parseQuery(text: string): Term[] {
  const terms: Term[] = [];
  let at = 0;
  while (at < text.length) {
    if (isBlank(text, at)) {
      at += 1;
      continue;
    }
    const first = readPiece(text, at, true);
    at = first.end;
    if (text[at] !== ":" || first.text === "" || text.startsWith("//", at + 1)) {
      // A colon that starts a term, or that of an address, is text like any other.
      const rest = text[at] === ":" ? readPiece(text, at, false) : { text: "", end: at };
      at = rest.end;
      if (first.text + rest.text !== "") terms.push({ field: null, value: first.text + rest.text });
      continue;
    }
    const value = readPiece(text, at + 1, false);
    at = value.end;
    terms.push(value.text === "" ? { field: null, value: `${first.text}:` } : { field: first.text, value: value.text });
  }
  return terms;
}

/** The text of terms; `parseQuery` gives the same terms back. */
export const formatQuery = (terms: readonly Term[]): string => terms.map(formatTerm).join(" ");

export function formatTerm({ field, value }: Term): string {
  if (field !== null) return `${quoteIfNeeded(field, /[\s":]/)}:${quoteIfNeeded(value, /[\s"]/)}`;
  return quoteIfNeeded(value, /[\s":]/);
}

/** A field stands once: a second `active:` takes the place of the first; the same words are not said twice. */
export function addTerms(terms: readonly Term[], added: readonly Term[]): Term[] {
  const result = [...terms];
  for (const term of added) {
    const same = result.findIndex(({ field, value }) =>
      term.field === null ? field === null && value === term.value : field?.toLowerCase() === term.field.toLowerCase(),
    );
    if (same === -1) result.push(term);
    else result[same] = term;
  }
  return result;
}

/**
 * Takes the operators out of what is being typed, to be shown as chips; words stay in the box. The last piece is taken only
 * when it is `ended`: it may still be typed at.
 */
export function takeOperators(text: string, ended: boolean): { operators: Term[]; rest: string } {
  const operators: Term[] = [];
  const rest = pieces(text).filter((piece, at, all) => {
    const [term] = parseQuery(piece);
    const isOpen = at === all.length - 1 && !ended;
    if (isOpen || term === undefined || term.field === null) return true;
    operators.push(term);
    return false;
  });
  return { operators, rest: operators.length === 0 ? text : rest.join(" ") };
}

/** The piece at the end, which suggestions are about. */
export const lastPiece = (text: string): string => pieces(text).at(-1) ?? "";

/** Split at blanks outside of quotes; the last piece is empty after a blank. */
function pieces(text: string): string[] {
  const found = [""];
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const sign = text.charAt(at);
    if (sign === '"') quoted = !quoted;
    if (!quoted && isBlank(text, at)) found.push("");
    else found.push(`${found.pop() ?? ""}${sign}`);
  }
  return found;
}

/** Up to a blank, or up to a colon where it could be an operator; quotes keep both. `""` inside quotes is one quote. */
function readPiece(text: string, start: number, endsAtColon: boolean): { text: string; end: number } {
  let piece = "";
  let at = start;
  let quoted = false;
  for (; at < text.length; at += 1) {
    const sign = text.charAt(at);
    if (sign === '"') {
      if (quoted && text[at + 1] === '"') {
        piece += '"';
        at += 1;
      } else quoted = !quoted;
    } else if (!quoted && (isBlank(text, at) || (endsAtColon && sign === ":"))) break;
    else piece += sign;
  }
  return { text: piece, end: at };
}

const isBlank = (text: string, at: number): boolean => /\s/.test(text.charAt(at));

const quoteIfNeeded = (text: string, needed: RegExp): string =>
  needed.test(text) || text === "" ? `"${text.replaceAll('"', '""')}"` : text;
