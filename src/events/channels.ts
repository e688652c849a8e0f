// Names of the notification channels; the payload is the id of what changed, never the change itself.

export const IMPORT_CHANNEL = "skuport_import";
