// Asks before what cannot be waved back: `if (await confirm({ … })) …`.
import { shallowRef } from "vue";

export interface Question {
  title: string;
  description: string;
  /** On the button; names the deed, with its numbers ("Delete 1,204 products"). */
  action: string;
  cancel?: string;
  tone?: "error" | "primary";
  /** Text that has to be typed first, such as the number of products; for what loses most. */
  typed?: { label: string; text: string };
}

export interface Asked extends Question {
  answer: (yes: boolean) => void;
}

/** The question that stands; shown by the shell. */
export const openQuestion = shallowRef<Asked | null>(null);

/** Resolves with the answer; closing the dialog is a no. A second question answers the first with no. */
export function confirm(question: Question): Promise<boolean> {
  openQuestion.value?.answer(false);
  return new Promise((resolve) => {
    openQuestion.value = {
      ...question,
      answer: (yes) => {
        openQuestion.value = null;
        resolve(yes);
      },
    };
  });
}
