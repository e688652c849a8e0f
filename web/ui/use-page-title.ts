// The tab's title and, while something is under way, its progress in front of it and in the icon.
import { computed, onScopeDispose, shallowRef, toValue, watchEffect, type MaybeRefOrGetter } from "vue";
import { useFavicon, useTitle } from "@vueuse/core";
import { formatPercent } from "./format.ts";

interface Page {
  title: MaybeRefOrGetter<string>;
  /** Of what the page itself is about; null when nothing of it is under way. */
  fraction: MaybeRefOrGetter<number | null>;
}

const page = shallowRef<Page | null>(null);

/** Called by each page. */
export function usePageTitle(title: MaybeRefOrGetter<string>, fraction: MaybeRefOrGetter<number | null> = null): void {
  const own = { title, fraction };
  page.value = own;
  onScopeDispose(() => {
    if (page.value === own) page.value = null;
  });
}

/** Called once, by the shell: whatever runs is shown on every page that has nothing nearer to show. */
export function useTabTitle(anything: MaybeRefOrGetter<number | null>): void {
  const fraction = computed(() => toValue(page.value?.fraction ?? null) ?? toValue(anything));
  const shown = computed(() => {
    const name = page.value === null ? "" : `${toValue(page.value.title)} – `;
    return `${fraction.value === null ? "" : `${formatPercent(fraction.value)} · `}${name}Skuport`;
  });
  useTitle(shown);
  const icon = useFavicon();
  watchEffect(() => {
    // Steps of 5 %: a new icon makes the browser work, and nobody sees a finer one.
    icon.value = fraction.value === null ? "/favicon.svg" : ringIcon(Math.floor(fraction.value * 20) / 20);
  });
}

function ringIcon(fraction: number): string {
  const around = 2 * Math.PI * 12;
  const circle = (colour: string, dash: string) =>
    `<circle cx="16" cy="16" r="12" fill="none" stroke="${colour}" stroke-width="6" ${dash}/>`;
  const arc = `stroke-dasharray="${(around * fraction).toFixed(1)} ${around.toFixed(1)}" transform="rotate(-90 16 16)"`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">${circle("#94a3b8", "")}${circle("#0d9488", arc)}</svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}
