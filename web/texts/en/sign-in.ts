// English texts of web/sign-in.
export const signIn = {
  title: "Sign in",
  user: "User name",
  user_missing: "Enter your user name.",
  password: "Password",
  action: "Sign in",
  or: "or",
  with: "Sign in with {name}",
  ended: "Your session has ended",
  ended_text:
    "It expired, or it was ended: by you, by an administrator, or by a change of your password or role. Sign in to continue.",
  no_access: "No account, or a forgotten password? An administrator can give you a link.",
  sso_failed: "The sign-in with single sign-on failed",
  sso_failed_text: "Try again. If it fails again, ask an administrator whether your account may use Skuport.",
  link: {
    first: "Sign in as {user}",
    invitation: "Welcome, {user}",
    reset: "New password for {user}",
    click: "One click signs you in.",
    choose: "Choose the password with which you sign in from now on.",
    until: "This link works once. Valid until: {when}.",
    save: "Save the password and sign in",
    gone: "It was already used, replaced by a newer link, or its time is over. Ask an administrator for a new link.",
    gone_here:
      "If Skuport runs on this computer, start it again: it prints a new link as long as no administrator has a password. Or run “skuport users link admin”.",
    other: "Sign in with a password",
    failed: "The link could not be checked",
  },
  sign_out: "Sign out",
  sign_out_failed: "You are still signed in",
  stay: "Stay signed in",
} as const;
