import type { ReactNode } from "react";
import { expectSession, signInUrl } from "@/api/session";

interface Props {
  /** Where the hosted form leads back to. */
  back: string;
  className: string;
  children: ReactNode;
}

export function SignInLink({ back, className, children }: Props) {
  return (
    <a href={signInUrl(back)} onClick={() => expectSession(true)} className={className}>
      {children}
    </a>
  );
}
