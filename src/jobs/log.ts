// The log that background work writes to: fields first, then the message, as pino takes them.

export interface Log {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}
