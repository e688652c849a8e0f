// The words of web/catalog.
export const catalog = { title: "Products" } as const;
