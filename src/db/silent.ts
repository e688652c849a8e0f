// Times of the last sign of life, compared with the database's clock. A time ahead of the clock was written before the clock was
// set back: it counts as silent, or work that a dead process left would wait until the clock has caught up.

/** Condition on `updated_at`: no sign of life for $1 milliseconds. Live work that meets it after the clock was set gives its next
 * sign within seconds; wake workers for it, but do not end it for good. */
export const SILENT_SINCE = `(updated_at < now() - make_interval(secs => $1::float8 / 1000)
       or updated_at > now() + interval '10 seconds')`;

/** Condition on `updated_at`: a sign of life within the last 30 seconds. */
export const ALIVE = "updated_at between now() - interval '30 seconds' and now() + interval '30 seconds'";
