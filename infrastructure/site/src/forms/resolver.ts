import { zodResolver } from "@hookform/resolvers/zod";
import { config } from "zod/mini";
import { faultMessage } from "@/forms/words";

// Without its compiler, which a strict CSP refuses.
config({ jitless: true, customError: faultMessage });

/** A form's rules are the contract's; what they refuse is told in the site's words. */
export const rulesOf = zodResolver;
