// SQL conditions on the last sign of life, by the database's clock. A time in the future was written before the clock was set back. Such a
// time counts as silence, so that work of a dead process need not wait until the clock has caught up.

/** Condition on `updated_at`: no sign of life for $1 milliseconds. For some seconds after the database's clock was changed, live work
 * matches too. Therefore, wake workers for matching work, but do not end the work. */
export const SILENT_SINCE = `(updated_at < now() - make_interval(secs => $1::float8 / 1000)
       or updated_at > now() + interval '10 seconds')`;

/** Condition on `updated_at`: a sign of life within the last 30 seconds. */
export const ALIVE = "updated_at between now() - interval '30 seconds' and now() + interval '30 seconds'";
