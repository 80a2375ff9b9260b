const SECOND = 1000;
const LONGEST_WAIT = 2 * 60 * SECOND;
/** A connection that held so long was a good one: the next try may follow soon. */
const GOOD = 10 * SECOND;

/** What the connection needs of a browser; tests bring their own. */
export interface World {
  /** Where to connect, with a ticket that is good for one connection. */
  address: () => Promise<string>;
  open: (address: string) => Pick<WebSocket, "addEventListener" | "close">;
  /** Calls later, unless the function that it answers with is called before. */
  later: (act: () => void, milliseconds: number) => () => void;
  now: () => number;
  /** 0 to 1. */
  random: () => number;
}

interface Listener {
  opened: () => void;
  closed: () => void;
  said: (message: unknown) => void;
}

/** Twice as long after each failure, and for each browser another while. */
export function waitAfter(failures: number, random: number): number {
  const whole = Math.min(LONGEST_WAIT, SECOND * 2 ** failures);
  return whole * (0.5 + random / 2);
}

/** Connects, and again whenever that fails or ends; stops by the function it answers with. */
export function keepConnected(world: World, listener: Listener): () => void {
  let failures = 0;
  let isOver = false;
  let giveUp = () => {};

  const retry = () => {
    if (isOver) return;
    giveUp = world.later(connect, waitAfter(failures, world.random()));
    failures += 1;
  };
  const listen = (socket: ReturnType<World["open"]>) => {
    let openedAt = Number.POSITIVE_INFINITY;
    giveUp = () => socket.close();
    socket.addEventListener("open", () => {
      openedAt = world.now();
      listener.opened();
    });
    socket.addEventListener("message", ({ data }) => listener.said(data));
    socket.addEventListener("close", () => {
      if (world.now() - openedAt >= GOOD) failures = 0;
      listener.closed();
      retry();
    });
  };
  function connect(): void {
    world.address().then(
      (address) => {
        if (!isOver) listen(world.open(address));
      },
      () => retry(),
    );
  }

  connect();
  return () => {
    isOver = true;
    giveUp();
  };
}
