import type pg from "pg";
import type { SecondFactorContext } from "../second-factor/second-factor.ts";

/** Dependencies and settings of sign-ins. */
export interface SignInContext extends SecondFactorContext {
  pool: pg.Pool;
  /** Whether users can sign in with a password. Default: true. */
  password_sign_in?: boolean;
}
