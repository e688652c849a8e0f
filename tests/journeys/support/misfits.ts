// Finds layout faults: texts that are cut off without a tooltip, and controls that overlap. Such faults are most likely in German, whose
// texts are longer, and with compact rows.
import type { Page } from "playwright-core";

/** Script that runs in the page and returns a description of each layout fault. */
const FIND = `(() => {
  const isVisible = (element) => {
    const { width, height } = element.getBoundingClientRect();
    return width > 1 && height > 1 && element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  };
  const textOf = (element) => (element.getAttribute("aria-label") ?? element.textContent).trim().replace(/\\s+/g, " ").slice(0, 60);
  const isFloating = (element) => {
    for (let at = element; at; at = at.parentElement) if (["fixed", "sticky"].includes(getComputedStyle(at).position)) return true;
    return false;
  };
  const misfits = [];
  for (const element of document.querySelectorAll("h1,h2,h3,p,span,a,button,label,dt,dd,th,li")) {
    if (element.scrollWidth <= element.clientWidth + 1 || element.textContent.trim() === "" || !isVisible(element)) continue;
    const { overflowX, textOverflow } = getComputedStyle(element);
    if (overflowX !== "hidden" && overflowX !== "clip") continue;
    if (element.classList.contains("sr-only") || element.clientWidth <= 1) continue;
    // An ellipsis is acceptable if a tooltip of the element, or of an element that contains it, shows the whole text.
    if (textOverflow === "ellipsis" && element.closest("[title],[aria-label]")) continue;
    misfits.push("cut off: " + textOf(element));
  }
  const controls = [...document.querySelectorAll("a,button,input,select,textarea,[role=button],[role=combobox]")].filter(
    (element) => isVisible(element) && !isFloating(element) && element.type !== "file",
  );
  for (const [i, one] of controls.entries()) {
    const a = one.getBoundingClientRect();
    for (const other of controls.slice(i + 1)) {
      if (one.contains(other) || other.contains(one)) continue;
      const b = other.getBoundingClientRect();
      const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      if (across > 2 && down > 2) misfits.push("overlap: " + textOf(one) + " / " + textOf(other));
    }
  }
  return [...new Set(misfits)];
})()`;

export const findMisfits = (page: Page): Promise<string[]> => page.evaluate<string[]>(FIND);
