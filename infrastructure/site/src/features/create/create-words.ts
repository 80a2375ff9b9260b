import type { Transition } from "@/api/generated/types.gen";
import { zTransition } from "@/api/generated/zod.gen";
import { USUAL } from "@/video/transition-words";

export const OTHERS: Transition[] = zTransition.options.filter((name) => !(name in USUAL));
