// The tab's title. While a task runs, its progress is shown in the title and in the icon.
import { computed, onScopeDispose, shallowRef, toValue, watchEffect, type MaybeRefOrGetter } from "vue";
import { useFavicon, useTitle } from "@vueuse/core";
import { formatPercent } from "./format.ts";

interface Page {
  title: MaybeRefOrGetter<string>;
  /** Progress of the page's own task; null if none runs. */
  fraction: MaybeRefOrGetter<number | null>;
}

const page = shallowRef<Page | null>(null);

/** Sets the title; every page calls it. */
export function usePageTitle(title: MaybeRefOrGetter<string>, fraction: MaybeRefOrGetter<number | null> = null): void {
  const own = { title, fraction };
  page.value = own;
  onScopeDispose(() => {
    if (page.value === own) page.value = null;
  });
}

/** Updates the title and icon of the tab; `web/shell` calls it once. `overall` is the progress shown on pages without a task of their
 * own. */
export function useTabTitle(overall: MaybeRefOrGetter<number | null>): void {
  const fraction = computed(() => toValue(page.value?.fraction ?? null) ?? toValue(overall));
  const shown = computed(() => {
    const name = page.value === null ? "" : `${toValue(page.value.title)} – `;
    return `${fraction.value === null ? "" : `${formatPercent(fraction.value)} · `}${name}Skuport`;
  });
  useTitle(shown);
  const icon = useFavicon();
  watchEffect(() => {
    // In steps of 5 %: a new icon costs the browser work, and finer steps are not visible.
    icon.value = fraction.value === null ? "/favicon.svg" : ringIcon(Math.floor(fraction.value * 20) / 20);
  });
}

function ringIcon(fraction: number): string {
  const circumference = 2 * Math.PI * 12;
  const circle = (colour: string, dash: string) =>
    `<circle cx="16" cy="16" r="12" fill="none" stroke="${colour}" stroke-width="6" ${dash}/>`;
  const arc = `stroke-dasharray="${(circumference * fraction).toFixed(1)} ${circumference.toFixed(1)}" transform="rotate(-90 16 16)"`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">${circle("#94a3b8", "")}${circle("#0d9488", arc)}</svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}
