// Classes of the small form elements of the editor. Native elements are used because a file can have hundreds of columns.

const FIELD =
  "h-8 w-full min-w-0 rounded-md bg-default text-sm text-highlighted ring ring-inset ring-accented focus-visible:outline-none focus-visible:ring-2 focus-visible:ring-primary disabled:opacity-60 dark:scheme-dark";

export const SELECT = `${FIELD} truncate px-2`;
export const INPUT = `${FIELD} px-2.5 placeholder:text-dimmed aria-invalid:ring-error`;
