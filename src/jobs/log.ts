// The log that background work writes to: its methods take fields first and then the message, as pino's do.

export interface Log {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}
