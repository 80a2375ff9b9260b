let isAwaited = false;

/** Another page is on its way: its heading is to be focused, which makes screen readers say it. */
export function awaitHeading(): void {
  isAwaited = true;
}

/** For the `ref` of a page's heading, which may come long after the page. */
export function focusIfAwaited(heading: HTMLElement | null): void {
  if (!heading || !isAwaited) return;
  isAwaited = false;
  heading.focus();
}
