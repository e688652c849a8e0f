// The words of web/settings.
export const settings = {
  title: "Settings",
  intro: "How the page looks and speaks; kept in this browser.",
  look: "Appearance",
  theme: "Colours",
  density: "Rows",
  density_text: "How close the rows of tables stand.",
  comfortable: "Comfortable",
  compact: "Compact",
  language: "Language",
  language_text: "Words, numbers and times.",
  language_auto: "As the browser",
} as const;
