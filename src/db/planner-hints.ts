// What the planner is told within a transaction, where it cannot know how few rows are meant.

/** Products are met by their keys, a few thousand at a time. By size alone the planner would hash the whole catalogue for them. */
export const JOIN_BY_KEY = "set local enable_hashjoin = off; set local enable_mergejoin = off";

/** Rows are looked up, few of a large table: it is not read whole. */
export const LOOK_UP = `set local enable_seqscan = off; ${JOIN_BY_KEY}`;
