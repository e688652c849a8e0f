// Names of the notification channels. The payload names what changed and its state, never the change itself.

/** Payload: `<import id> <state>`. */
export const IMPORT_CHANNEL = "skuport_import";
/** Payload: `<operation id> <state>`. */
export const OPERATION_CHANNEL = "skuport_operation";
/** Payload: the id of the newest event of a transaction. */
export const EVENT_CHANNEL = "skuport_event";
/** Payload: the id of a webhook that changed or has something to send at once. */
export const WEBHOOK_CHANNEL = "skuport_webhook";

/** What a process listens to. */
export const CHANNELS = [IMPORT_CHANNEL, OPERATION_CHANNEL, EVENT_CHANNEL, WEBHOOK_CHANNEL] as const;
export type Channel = (typeof CHANNELS)[number];
