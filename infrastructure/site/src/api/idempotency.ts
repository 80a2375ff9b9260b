import { useRef } from "react";

/**
 * A key for what is sent: the same for the same content, so that a press after a lost
 * answer creates nothing more, and a new one for anything else.
 */
export function useIdempotencyKey(): (content: unknown) => { "Idempotency-Key": string } {
  const last = useRef({ content: "", key: "" });
  return (content) => {
    const text = JSON.stringify(content);
    if (last.current.content !== text || last.current.key === "") {
      last.current = { content: text, key: crypto.randomUUID() };
    }
    return { "Idempotency-Key": last.current.key };
  };
}
