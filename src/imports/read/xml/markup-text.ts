// Recognizes texts in which the author of a file has marked words by elements of HTML, as in `<text>a <b>red</b> lamp</text>`. The value of
// such an element is its text including the tags: `a <b>red</b> lamp`. If `<b>` were read as a separate value, the word "red" would be
// missing from the text.
import type { Path, TreeNode } from "../tree/nodes.ts";

/** Elements of HTML that occur within texts. Names that are also usual for values, such as `code` and `table`, are left out. */
const MARKS: ReadonlySet<string> = new Set(
  "a abbr b big blockquote br center div em font h1 h2 h3 h4 h5 h6 hr i li mark ol p pre small span strike strong sub sup u ul".split(
    " ",
  ),
);
/** Elements that have neither content nor a closing tag. */
const EMPTY: ReadonlySet<string> = new Set(["br", "hr"]);

const isMark = (path: Path): boolean => (path.is_mark ??= MARKS.has(path.name.toLowerCase()));

/** Completes an element that ends: turns its content into a text with tags if it contains both a text and elements of HTML, and removes
 * indentation. The text of an element of HTML keeps its white space until its parent element ends, because the text may be a part of
 * the parent's text. */
export function endElement(node: TreeNode): void {
  const { children, path, parent } = node;
  if (children !== undefined) {
    if (node.has_text && children.every(isMarkup)) {
      node.text = htmlOf(node);
      node.is_html = true;
      node.children = undefined;
    } else for (const child of children) if (isMark(child.path)) child.text = withoutIndent(child.text);
  }
  if (node.text !== "" && (parent === undefined || !isMark(path))) node.text = withoutIndent(node.text);
}

const isMarkup = ({ path, children }: TreeNode): boolean =>
  isMark(path) && (children === undefined || children.every(isMarkup));

/** Returns the content of the element as HTML. */
function htmlOf({ is_html, text, children = [] }: TreeNode): string {
  if (is_html) return text;
  let html = "";
  let from = 0;
  for (const child of children) {
    const { name } = child.path;
    html += `${escaped(text.slice(from, child.at))}<${name}${(child.attributes ?? []).map(attributeOf).join("")}`;
    html += EMPTY.has(name.toLowerCase()) ? "/>" : `>${htmlOf(child)}</${name}>`;
    from = child.at;
  }
  return html + escaped(text.slice(from));
}

const attributeOf = ({ path, text }: TreeNode): string =>
  ` ${path.name.slice(1)}="${escaped(text).replaceAll('"', "&quot;")}"`;

const escaped = (text: string): string =>
  /[&<>]/.test(text) ? text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;") : text;

/** Removes the blanks and line breaks with which programs indent elements. */
function withoutIndent(text: string): string {
  let from = 0;
  let to = text.length;
  while (from < to && isIndent(text.charCodeAt(from))) from++;
  while (to > from && isIndent(text.charCodeAt(to - 1))) to--;
  return to - from === text.length ? text : text.slice(from, to);
}

const isIndent = (code: number): boolean => code === 32 || code === 10 || code === 9 || code === 13;
