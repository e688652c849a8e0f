// Ends responses and uploads that are still open when their credential ends, the role of the user changes, or the user is disabled.
// A request is authorised once, at its beginning, but an event stream, an export or an upload may take hours.
import type { FastifyReply, FastifyRequest } from "fastify";
import { whenClosed } from "../streams/when-closed.ts";
import type { RequestIdentity } from "./identity.ts";
import type { Endpoint } from "../../../contract/endpoint.ts";
import type { Role } from "../../../contract/identity/identity-rules.ts";

/** Interval of the checks. A notification usually causes a check much earlier. */
const CHECK_MS = 10_000;
/** Pause between a notification and the check, so that many changes cause one check. */
const SOON_MS = 100;

/** Returns the present role of each caller whose credential is still valid. */
export type ReadRoles = (callers: readonly RequestIdentity[]) => Promise<ReadonlyMap<string, Role>>;

export interface OpenResponses {
  /** Watches a request until its response is complete, if that can take long: an event stream, a file in the response or in the body. */
  add(request: FastifyRequest, reply: FastifyReply): void;
  /** Schedules a check of all open responses, in a moment. Calls before this check add no further check. */
  checkSoon(): void;
  stop(): void;
}

function takesLong({ routeOptions: { schema } }: FastifyRequest): boolean {
  const { file_body, answer_type } = (schema ?? {}) as Partial<Endpoint["schema"]>;
  return file_body !== undefined || answer_type !== undefined;
}

interface Open {
  identity: RequestIdentity;
  cut: () => void;
}

/** @param checkMs interval of the checks; tests pass a shorter one */
export function createOpenResponses(
  readRoles: ReadRoles,
  onError: (error: unknown) => void,
  checkMs = CHECK_MS,
): OpenResponses {
  const open = new Set<Open>();
  let timer: NodeJS.Timeout | undefined;
  /** Whether the next check follows a change. Further changes must not postpone it. */
  let isSoon = false;
  let isStopped = false;

  const check = async (): Promise<void> => {
    const callers = new Map([...open].map(({ identity }) => [identity.caller, identity]));
    const roles = await readRoles([...callers.values()]);
    for (const { identity, cut } of open) {
      // A response that began after the query is not in `callers`.
      if (!callers.has(identity.caller)) continue;
      if (roles.get(identity.caller) !== identity.role) cut();
    }
  };
  const checkIn = (ms: number): void => {
    clearTimeout(timer);
    if (isStopped) return;
    timer = setTimeout(() => {
      isSoon = false;
      if (open.size === 0) {
        timer = undefined;
        return;
      }
      check()
        .catch(onError)
        .finally(() => {
          // A change during the check has already scheduled the next one.
          if (!isSoon) checkIn(checkMs);
        });
    }, ms).unref();
  };

  return {
    add(request, reply) {
      const { identity } = request;
      if (identity === undefined || !takesLong(request)) return;
      const closing = whenClosed(request, reply);
      // Destroy the socket of the request: the response of a pipelined request may have no socket yet.
      const { socket } = request.raw;
      const entry = { identity, cut: () => void socket.destroy() };
      open.add(entry);
      closing.onClose(() => open.delete(entry));
      if (timer === undefined) checkIn(checkMs);
    },
    checkSoon() {
      if (open.size === 0 || isSoon) return;
      isSoon = true;
      checkIn(SOON_MS);
    },
    stop() {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}
