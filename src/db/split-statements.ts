// Splits an SQL script into its statements.

/** Matches a part of a script in which a semicolon does not end a statement: a comment, a quoted text or name, or a dollar-quoted text. */
const QUOTED = /--[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^']|'')*'|"(?:[^"]|"")*"|(\$(?:[A-Za-z_]\w*)?\$)[\s\S]*?\1/y;

/** Returns the statements without their semicolons. Comments stay with the statement that follows. Texts with backslash escapes (`E'…'`) and
 * nested comments are not supported. */
export function splitStatements(script: string): string[] {
  const statements: string[] = [];
  let from = 0;
  for (let at = 0; at < script.length;) {
    QUOTED.lastIndex = at;
    const quoted = QUOTED.exec(script)?.[0];
    if (quoted === undefined && script[at] === ";") {
      statements.push(script.slice(from, at));
      from = at + 1;
    }
    at += quoted?.length ?? 1;
  }
  statements.push(script.slice(from));
  return statements.filter((statement) => withoutComments(statement) !== "");
}

const withoutComments = (statement: string): string => statement.replaceAll(/--[^\n]*|\/\*[\s\S]*?\*\//g, "").trim();
