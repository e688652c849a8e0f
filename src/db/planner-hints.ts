// Planner settings for one transaction whose statements read few rows, although the planner expects many.

/** Settings for joins with a few thousand product keys. With the defaults, the planner would hash the whole catalogue. */
export const JOIN_BY_KEY = "set local enable_hashjoin = off; set local enable_mergejoin = off";

/** Settings for lookups of few rows in a large table. With the defaults, the planner might read the whole table. */
export const LOOK_UP = `set local enable_seqscan = off; ${JOIN_BY_KEY}`;
