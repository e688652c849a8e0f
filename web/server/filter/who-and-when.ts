// The part of a filter that the lists of changes and of the audit log share: in the address as an actor and days, for the server as instants.

export interface WhoAndWhen {
  actor?: string;
  /** First and last day, such as `2026-11-30`, in the time zone of the user. */
  from?: string;
  to?: string;
}

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const textIn = (query: Record<string, unknown>, name: string): string | undefined => {
  const value = query[name];
  return typeof value === "string" && value !== "" ? value : undefined;
};
const dayIn = (query: Record<string, unknown>, name: string): string | undefined => {
  const value = textIn(query, name);
  return value !== undefined && DAY.test(value) && !Number.isNaN(Date.parse(value)) ? value : undefined;
};

/** Parses actor and days from the query of an address; unknown values are ignored. */
export function parseWhoAndWhen(query: Record<string, unknown>): WhoAndWhen {
  const [actor, from, to] = [textIn(query, "actor"), dayIn(query, "from"), dayIn(query, "to")];
  return {
    ...(actor === undefined ? {} : { actor }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  };
}

/** The filter as query parameters of the API. The last day is included: the time after it ends the range. */
export function queryOf<Filter extends WhoAndWhen>({ from, to, ...rest }: Filter) {
  return {
    ...rest,
    ...(from === undefined ? {} : { since: startOf(from, 0) }),
    ...(to === undefined ? {} : { until: startOf(to, 1) }),
  };
}

/** The start of the day that is `later` days after `day`, in the time zone of the user. */
function startOf(day: string, later: number): string {
  const [year = 0, month = 1, date = 1] = day.split("-").map(Number);
  return new Date(year, month - 1, date + later).toISOString();
}
