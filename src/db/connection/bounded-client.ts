// A client that refuses statements with more parameters than the protocol can count.
import pg from "pg";

/** The protocol counts parameters in 16 bits (https://www.postgresql.org/docs/current/protocol-message-formats.html, Bind);
 * pg writes the count modulo 65,536, so PostgreSQL would misread some of the values. */
const MAX_PARAMETERS = 65_535;

export class BoundedClient extends pg.Client {}

// eslint-disable-next-line @typescript-eslint/unbound-method -- called with the client as `this` below
const send = pg.Client.prototype.query as (this: pg.Client, ...given: unknown[]) => unknown;
// Assigned because the overloads of `query` cannot be overridden as a method.
BoundedClient.prototype.query = function query(this: pg.Client, ...given: unknown[]): unknown {
  const [statement, values = (statement as { values?: unknown } | undefined)?.values] = given;
  if (!Array.isArray(values) || values.length <= MAX_PARAMETERS) return send.apply(this, given);
  const error = tooManyParameters(values.length);
  const callback = given.find((argument) => typeof argument === "function");
  if (callback === undefined) return Promise.reject(error);
  // A pool passes a callback. Call the callback on the next tick, as pg does, because callers expect `query` to return first.
  process.nextTick(callback, error);
  return undefined;
} as typeof pg.Client.prototype.query;

/** Makes an error with PostgreSQL's code 54000, `program_limit_exceeded`. */
function tooManyParameters(count: number): Error {
  const message = `A statement has ${count} parameters, but PostgreSQL accepts at most ${MAX_PARAMETERS}. Pass arrays instead.`;
  return Object.assign(new RangeError(message), { code: "54000" });
}
