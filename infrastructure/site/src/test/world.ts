import type { World } from "@/live/connection";

class Socket extends EventTarget {
  isClosed = false;

  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.dispatchEvent(new Event("close"));
  }

  open(): void {
    this.dispatchEvent(new Event("open"));
  }

  say(data: string): void {
    this.dispatchEvent(new MessageEvent("message", { data }));
  }
}

/** A browser whose time passes when it is told, and whose sockets open when they are told. */
export function aWorld({ refuses = false } = {}) {
  const sockets: Socket[] = [];
  const addresses: string[] = [];
  let [now, next] = [0, 0];
  const timers = new Map<number, { at: number; act: () => void }>();
  const world: World = {
    address: async () => {
      addresses.push(`ws://live.test/?ticket=${addresses.length}`);
      if (refuses) throw new Error("no ticket");
      return addresses.at(-1) ?? "";
    },
    open: () => {
      const socket = new Socket();
      sockets.push(socket);
      return socket;
    },
    later: (act, milliseconds) => {
      const name = next++;
      timers.set(name, { at: now + milliseconds, act });
      return () => timers.delete(name);
    },
    now: () => now,
    random: () => 1,
  };
  const pass = async (milliseconds: number) => {
    now += milliseconds;
    for (const [name, { at, act }] of timers) {
      if (at > now) continue;
      timers.delete(name);
      act();
    }
    await settled();
  };
  return { world, sockets, addresses, pass };
}

/** What was promised has happened. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await Promise.resolve();
}
