// The words of web/imports.
export const imports = { title: "Imports" } as const;
