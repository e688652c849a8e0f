// Collects the text of an HTML cell as a browser shows it: runs of white space are one blank, and <br> is a line break.

export interface CellText {
  add(text: string): void;
  /** Starts a new line.
   * @param always whether to start a new line even if the current line is empty */
  breakLine(always: boolean): void;
  value(): string;
}

/** @param maxLength maximum number of characters. Further text is dropped, because a longer record is rejected anyway */
export function createCellText(maxLength: number): CellText {
  const lines: string[] = [];
  let line = "";
  /** Whether the line contains anything but white space. The flag avoids searching a line of up to a megabyte at each block element. */
  let hasText = false;
  let length = 0;
  return {
    add(text) {
      if (length > maxLength) return;
      length += text.length;
      line += text.replace(/[ \t\r\n\f\u00a0]+/g, " ");
      hasText ||= /\S/.test(text);
    },
    breakLine(always) {
      if (!always && !hasText) return;
      if (length++ > maxLength) return;
      lines.push(line);
      line = "";
      hasText = false;
    },
    value() {
      const all = [...lines, line].map((text) => text.replace(/ +/g, " ").replace(/^ | $/g, ""));
      while (all.at(-1) === "") all.pop();
      const first = all.findIndex((text) => text !== "");
      return all.slice(Math.max(first, 0)).join("\n");
    },
  };
}
