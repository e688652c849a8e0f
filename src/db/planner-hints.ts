// Planner settings for one transaction, for statements whose few rows the planner cannot estimate.

/** For joins with a few thousand product keys: the planner would otherwise hash the whole catalogue. */
export const JOIN_BY_KEY = "set local enable_hashjoin = off; set local enable_mergejoin = off";

/** For lookups of few rows in a large table, which the planner might otherwise read whole. */
export const LOOK_UP = `set local enable_seqscan = off; ${JOIN_BY_KEY}`;
