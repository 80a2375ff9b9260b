import { Plural } from "@lingui/react/macro";

/** The place in the queue of what waits for its turn. */
export function WaitingBefore({ count }: { count: number }) {
  return <Plural value={count} one="# before it" other="# before it" />;
}
