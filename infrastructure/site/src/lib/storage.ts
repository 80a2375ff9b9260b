/** A value that this browser keeps; an unreadable one counts as absent. */
export interface Stored<T> {
  read(): T;
  write(value: T): void;
  clear(): void;
}

/** `parse` is given whatever was stored (`null` for nothing) and answers with a value in any case. */
export function stored<T>(key: string, parse: (raw: unknown) => T): Stored<T> {
  const name = `omnigen.${key}`;
  return {
    read: () => parse(json(quietly(() => localStorage.getItem(name)) ?? "null")),
    write: (value) => void quietly(() => localStorage.setItem(name, JSON.stringify(value))),
    clear: () => void quietly(() => localStorage.removeItem(name)),
  };
}

/** Storage that is full or forbidden is no reason to fail. */
function quietly<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch {
    return undefined;
  }
}

function json(text: string): unknown {
  return quietly((): unknown => JSON.parse(text)) ?? null;
}
