type Listener = (message: string) => void;
const listeners = new Set<Listener>();

/** Says a message to screen readers, through the one live region of the shell. */
export function announce(message: string): void {
  for (const listener of listeners) listener(message);
}

export function onAnnounce(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
