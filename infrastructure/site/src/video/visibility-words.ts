import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import type { Visibility } from "@/api/generated/types.gen";

export const VISIBILITY: Record<Visibility, MessageDescriptor> = {
  public: msg`Everybody`,
  unlisted: msg`Whoever has the link`,
  private: msg`Only you`,
};
