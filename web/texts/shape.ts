// Types for the texts: the compiler checks keys and placeholders, and that every language has the same keys.

/** The type of a translation: the same keys as in English, with any strings as values. */
export type Shape<Texts> = { readonly [Key in keyof Texts]: Texts[Key] extends string ? string : Shape<Texts[Key]> };

/** Union of the dotted keys of all texts, such as `imports.state.done`. */
export type Keys<Texts> = {
  [Key in keyof Texts & string]: Texts[Key] extends string ? Key : `${Key}.${Keys<Texts[Key]>}`;
}[keyof Texts & string];

export type At<Texts, Path> = Path extends `${infer Head}.${infer Rest}`
  ? Head extends keyof Texts
    ? At<Texts[Head], Rest>
    : never
  : Path extends keyof Texts
    ? Texts[Path]
    : never;

/** Names of the placeholders in a string; `{'@'}` is a literal, not a placeholder. */
export type Placeholders<Text> = Text extends `${string}{${infer Name}}${infer Rest}`
  ? (Name extends `'${string}` ? never : Name) | Placeholders<Rest>
  : never;
