// Errors of the credential with which a command calls a server.

/** The command has no credential, or must not or cannot use the one it has. The message contains the remedy, and never the credential. */
export class SignInError extends Error {
  override readonly name = "SignInError";
}
