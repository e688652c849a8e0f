// npm run check -- prose: finds phrases that our prose rules exclude, in comments, string literals, texts of the page and Markdown.
// Each rule names the words to use instead. A line can be exempt if it contains `prose-ok`, with the reason in the same comment.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

const RULES = [
  [/\b(somebody|nobody|whoever|whatever is|thereof)\b/i, "name the actor, or write: someone, no one"],
  [/\b(goes|go|going|went) on\b(?! (sale|strike|line|to\b))/i, "continues, resumes"],
  [/\bmend(s|ed|ing)?\b/i, "fix"],
  [/\bheld against\b/i, "compared with"],
  [/\b(is|are|was|were|be) to be had\b/i, "is available"],
  [/\b(takes?|taken|took|taking) (it |them |that |this |everything |all |any of it )?back\b/i, "undo, revert"],
  [/\bbrings? (it |them )?along\b/i, "bundles, includes"],
  [/\b(is|are|was|were) (told|wanted|meant)\b/i, "is reported, is requested, refers to"],
  [/\b(tells?|told|says?|said) (how|what|which|whether|why|so|that|of|by|from)\b/i, "reports, returns, shows"],
  [/\bstands? (in|on|at|behind|there|for itself|beside)\b/i, "is, is stored"],
  [/\bso (many|long|often) (that|as|at|rows|bytes|products|seconds|ms|times)\b/i, "give the count a name"],
  [/\bas (it comes|they come|it is found|it is written)\b|\bas they are\b(?! \w+(ed|en)\b)/i, "unmodified, raw"],
  [/\b(look|looks|looked|looking) (at|after|again)\b/i, "compare, inspect, check"],
  [/\bthe (others|rest) of (it|them)\b/i, "name them"],
  [
    /\bbehind (it|them|the|a|an|each|every|its|their)\b(?! (\w+ )?(proxy|firewall|load balancer)\b)/i,
    "after; pending, lag",
  ],
  [/\b(is|are|was) no (entity|number|text|name|key|file|table|such)\b/i, "is not a …"],
  [/\bin (the|a) house\b|\bhousekeep(er|s)\b|\bfurniture\b/i, "no metaphors: module, ui, layer"],
];
/** Files that are not checked: texts in other languages, quoted material and generated files. */
const EXEMPT = [
  /^web\/texts\/de\//,
  /^package-lock\.json$/,
  /^openapi\.json$/,
  /^schema\.sql$/,
  /^migrations\//,
  /^web\/public\//,
  /^LICENSE$/,
  /^project-words\.txt$/,
  /^scripts\/check-prose\.mjs$/,
  /^bench\/history\//,
];

const files = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], { encoding: "utf8" })
  .split("\n")
  .filter((name) => /\.(ts|vue|mjs|md|html)$/.test(name) && !EXEMPT.some((exempt) => exempt.test(name)));
let faults = 0;
for (const file of files) {
  for (const { line, text } of proseOf(file, readFileSync(file, "utf8"))) {
    if (text.includes("prose-ok")) continue;
    // Ignore code in backquotes.
    const prose = text.replaceAll(/`[^`]*`/g, "");
    for (const [pattern, instead] of RULES) {
      const found = pattern.exec(prose);
      if (found === null) continue;
      faults++;
      console.log(`${file}:${line}: "${found[0]}" (write: ${instead})`);
    }
  }
}
if (faults > 0) console.log(`\n${faults} phrases to replace`);
process.exitCode = faults === 0 ? 0 : 1;

/** Lines that contain prose. In Markdown all of them; in code its comments, and string literals that contain a space. */
function proseOf(file, source) {
  const lines = source.split("\n");
  if (!/\.(ts|vue|mjs)$/.test(file)) return lines.map((text, index) => ({ line: index + 1, text }));
  let inBlock = false;
  return lines.flatMap((line, index) => {
    const parts = [];
    if (inBlock || /^\s*(\/\*|\*|<!--)/.test(line)) parts.push(line);
    if (/\/\*(?!.*\*\/)|<!--(?!.*-->)/.test(line)) inBlock = true;
    else if (/\*\/|-->/.test(line)) inBlock = false;
    const comment = /(?:^|\s)\/\/ (.*)$/.exec(line);
    if (comment !== null) parts.push(comment[1]);
    for (const [, , literal] of line.matchAll(/(["'`])((?:(?!\1)[^\\]|\\.)*? (?:(?!\1)[^\\]|\\.)*?)\1/g)) {
      // SQL and templates of markup are not prose.
      if (!/\b(select|insert into|update|delete from|where|values)\b/.test(literal)) parts.push(literal);
    }
    return parts.length === 0 ? [] : [{ line: index + 1, text: parts.join(" ") }];
  });
}
