/** A statement of a mapping in plain words. */
export interface Line {
  subject: string;
  text: string;
  /** Whether `subject` is the name of an attribute. Otherwise, it is a label in the current language. */
  is_attribute?: boolean;
}
