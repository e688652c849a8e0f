// Names of the notification channels. The payload names what changed and its state, never the change itself.

/** Payload: `<import id> <state>`. */
export const IMPORT_CHANNEL = "skuport_import";
/** Payload: the id of the newest event of a transaction. */
export const EVENT_CHANNEL = "skuport_event";
