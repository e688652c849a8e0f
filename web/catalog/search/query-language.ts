// Parses the query language of the search box: words, "phrases" and operators, as in `sku:AB* active:no brand:"Acme Ltd" lamp`.
// list-filter.ts converts the operators to API parameters.

export interface Term {
  /** The operator before the colon; null = a word to search for in SKU, name and description. */
  field: string | null;
  value: string;
}

/** Whether a name before a colon is an operator or an attribute. If it is not, the colon is part of the word. */
export type IsField = (name: string) => boolean;

/** Splits the text of the search box into terms. Every text is valid: an unclosed quote ends at the end of the text. */
export function parseQuery(text: string, isField: IsField = () => true): Term[] {
  const terms: Term[] = [];
  let at = 0;
  while (at < text.length) {
    if (isBlank(text, at)) {
      at += 1;
      continue;
    }
    const first = readToken(text, at, true);
    at = first.end;
    if (text[at] !== ":" || first.text === "" || text.startsWith("//", at + 1)) {
      // A colon at the start of a term, or in a URL, is plain text.
      const rest = text[at] === ":" ? readToken(text, at, false) : { text: "", end: at };
      at = rest.end;
      if (first.text + rest.text !== "") terms.push({ field: null, value: first.text + rest.text });
      continue;
    }
    const value = readToken(text, at + 1, false);
    at = value.end;
    const isOperator = value.text !== "" && isField(first.text);
    terms.push(
      isOperator ? { field: first.text, value: value.text } : { field: null, value: `${first.text}:${value.text}` },
    );
  }
  return terms;
}

/** Formats terms as text, from which `parseQuery` returns the same terms. */
export const formatQuery = (terms: readonly Term[]): string => terms.map(formatTerm).join(" ");

export function formatTerm({ field, value }: Term): string {
  if (field !== null) return `${quoteIfNeeded(field, /[\s":]/)}:${quoteIfNeeded(value, /[\s"]/)}`;
  return quoteIfNeeded(value, /[\s":]/);
}

/** Adds terms without duplicates: a second `active:` replaces the first, and a repeated word is added once. */
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

/** Extracts operators from the typed text, to show them as chips; words stay in the box. The last token is extracted only if `ended`,
 * because the user may still be typing it. */
export function extractOperators(text: string, ended: boolean, isField?: IsField): { operators: Term[]; rest: string } {
  const operators: Term[] = [];
  const rest = tokens(text).filter((token, at, all) => {
    const [term] = parseQuery(token, isField);
    const isOpen = at === all.length - 1 && !ended;
    if (isOpen || term === undefined || term.field === null) return true;
    operators.push(term);
    return false;
  });
  return { operators, rest: operators.length === 0 ? text : rest.join(" ") };
}

/** The last token, for which suggestions are shown. */
export const lastToken = (text: string): string => tokens(text).at(-1) ?? "";

/** Splits the text at blanks outside of quotes. After a trailing blank the last token is empty. */
function tokens(text: string): string[] {
  const found = [""];
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charAt(at);
    if (char === '"') quoted = !quoted;
    if (!quoted && isBlank(text, at)) found.push("");
    else found.push(`${found.pop() ?? ""}${char}`);
  }
  return found;
}

/** Reads one token. It ends at a blank outside of quotes and, if `endsAtColon`, at a colon outside of quotes. Inside quotes, `""`
 * means one quote. */
function readToken(text: string, start: number, endsAtColon: boolean): { text: string; end: number } {
  let token = "";
  let at = start;
  let quoted = false;
  for (; at < text.length; at += 1) {
    const char = text.charAt(at);
    if (char === '"') {
      if (quoted && text[at + 1] === '"') {
        token += '"';
        at += 1;
      } else quoted = !quoted;
    } else if (!quoted && (isBlank(text, at) || (endsAtColon && char === ":"))) break;
    else token += char;
  }
  return { text: token, end: at };
}

const isBlank = (text: string, at: number): boolean => /\s/.test(text.charAt(at));

const quoteIfNeeded = (text: string, needed: RegExp): string =>
  needed.test(text) || text === "" ? `"${text.replaceAll('"', '""')}"` : text;
