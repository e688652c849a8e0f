// More room in a Records, twice as much each time.
import type { Records } from "./records.ts";

export function growRecords(out: Records): void {
  const size = out.start.length * 2;
  out.start = grown(new Int32Array(size), out.start);
  out.end = grown(new Int32Array(size), out.end);
  out.line = grown(new Float64Array(size), out.line);
  out.fault = grown(new Uint8Array(size), out.fault);
  out.first_field = grown(new Int32Array(size + 1), out.first_field);
}

export function growFields(out: Records): void {
  const size = out.field_start.length * 2;
  out.field_start = grown(new Int32Array(size), out.field_start);
  out.field_end = grown(new Int32Array(size), out.field_end);
  out.field_flags = grown(new Uint8Array(size), out.field_flags);
}

function grown<A extends Int32Array | Float64Array | Uint8Array>(larger: A, full: A): A {
  larger.set(full);
  return larger;
}
