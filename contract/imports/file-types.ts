/** Accepted content types. The actual format is detected from the content. */
export const FILE_TYPES = [
  "text/csv",
  "text/tab-separated-values",
  "application/octet-stream",
  "application/gzip",
  "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
];
