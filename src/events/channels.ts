// The notification channels. A payload contains an id and, for an import or operation, its state. It does not contain the changed data.

/** Payload: `<import id> <state>`. */
export const IMPORT_CHANNEL = "skuport_import";
/** Payload: `<operation id> <state>`. */
export const OPERATION_CHANNEL = "skuport_operation";
/** Payload: the id of the transaction's newest event. */
export const EVENT_CHANNEL = "skuport_event";
/** Payload: the id of a webhook that changed or has deliveries to send immediately. */
export const WEBHOOK_CHANNEL = "skuport_webhook";
/** Payload: empty. Users, roles, sessions or API keys have changed. */
export const IDENTITY_CHANNEL = "skuport_identity";
/** Payload: empty. A server answers list requests. */
export const LIST_CHANNEL = "skuport_list";

/** The channels that each process listens to. */
export const CHANNELS = [
  IMPORT_CHANNEL,
  OPERATION_CHANNEL,
  EVENT_CHANNEL,
  WEBHOOK_CHANNEL,
  IDENTITY_CHANNEL,
  LIST_CHANNEL,
] as const;
export type Channel = (typeof CHANNELS)[number];
