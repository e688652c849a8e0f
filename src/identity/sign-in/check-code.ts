// Checks the second factor of a sign-in, after the password.
import type { Queryable } from "../../db/connection/connect.ts";
import { checkSecondFactor, type SecondFactorContext } from "../second-factor/second-factor.ts";
import { Problem } from "../../../contract/problems.ts";

/** Returns how the second factor was proved; `undefined` if the user has none.
 * @throws Problem code-required, sign-in-failed */
export async function checkCode(
  db: Queryable,
  context: SecondFactorContext,
  userId: number,
  code: string | undefined,
): Promise<"app" | "recovery" | undefined> {
  const check = await checkSecondFactor(db, context, userId, code);
  switch (check) {
    case "none":
      return undefined;
    case "missing":
      throw new Problem(
        "code-required",
        "Enter the current code of your authenticator app, or one of your recovery codes.",
      );
    case "wrong":
      throw new Problem(
        "sign-in-failed",
        "The code is not correct, or it was used before. Wait for the next code of your authenticator app.",
      );
    case "app":
    case "recovery":
      return check;
  }
}
