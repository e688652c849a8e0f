// The tab's title and, while something is under way, its progress in front of it and in the icon.
import { computed, toValue, watchEffect, type MaybeRefOrGetter } from "vue";
import { useFavicon, useTitle } from "@vueuse/core";
import { formatPercent } from "./format.ts";

/** `fraction` is null when nothing is under way. */
export function usePageTitle(title: MaybeRefOrGetter<string>, fraction: MaybeRefOrGetter<number | null> = null): void {
  const shown = computed(() => {
    const now = toValue(fraction);
    return `${now === null ? "" : `${formatPercent(now)} · `}${toValue(title)} – Skuport`;
  });
  useTitle(shown);
  const icon = useFavicon();
  watchEffect(() => {
    const now = toValue(fraction);
    // Steps of 5 %: a new icon makes the browser work, and nobody sees a finer one.
    icon.value = now === null ? "/favicon.svg" : ringIcon(Math.floor(now * 20) / 20);
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
