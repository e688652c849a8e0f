import type pg from "pg";
import type { SecondFactorContext } from "../second-factor/second-factor.ts";

/** What sign-ins need. */
export interface SignInContext extends SecondFactorContext {
  pool: pg.Pool;
  /** Whether users can sign in with a password. Default: true. */
  password_sign_in?: boolean;
}
