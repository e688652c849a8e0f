// The words of web/changesets.
export const changesets = { title: "Changes" } as const;
