// Asks for confirmation: `if (await confirm({ … })) …`.
import { shallowRef } from "vue";

export interface Question {
  title: string;
  description: string;
  /** The button's label: the action with its numbers ("Delete 1,204 products"). */
  action: string;
  cancel?: string;
  tone?: "error" | "primary";
  /** Text that the user must type before the button works, such as the number of products. For the most destructive actions only. */
  typed?: { label: string; text: string };
}

export interface OpenQuestion extends Question {
  answer: (yes: boolean) => void;
}

/** The current question; `web/shell` shows it. */
export const openQuestion = shallowRef<OpenQuestion | null>(null);

/** Resolves with the answer; closing the dialog means no. A new question answers the previous one with no. */
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
