// Numbers in the messages of `skuport backup` and `skuport restore`.

export const countOf = (count: number, noun: string): string =>
  `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;

export const sizeOf = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
