// Changes the password of a user.
import { passwordFault } from "./fault.ts";
import { hashPassword } from "./hash.ts";

/** Returns the hash of a new password.
 * @throws Problem password-refused */
export async function newPasswordHash(password: string, user: string): Promise<string> {
  const fault = await passwordFault(password, user);
  if (fault !== undefined) throw fault;
  return hashPassword(password);
}
