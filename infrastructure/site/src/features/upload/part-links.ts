import type { PartLinks } from "@/api/generated/types.gen";

/** Each request counts against the person's minute; a fast line sends many parts in one. */
const AT_A_TIME = 25;

type Ask = (uploadId: string, partNumbers: number[]) => Promise<PartLinks>;

interface Kept {
  answer: Promise<PartLinks>;
  askedAt: number;
}

/** Links for the parts of uploads, asked for in batches; each is good for one try. */
export function createPartLinks(ask: Ask, now: () => number) {
  const kept = new Map<string, Kept>();

  const askFor = (uploadId: string, partNumbers: number[]): Promise<PartLinks> => {
    const keys = partNumbers.map((number) => keyOf(uploadId, number));
    const answer = ask(uploadId, partNumbers);
    for (const key of keys.slice(1)) kept.set(key, { answer, askedAt: now() });
    answer.catch(() => {
      for (const key of keys) kept.delete(key);
    });
    return answer;
  };

  return async (uploadId: string, partNumber: number, partCount: number): Promise<string> => {
    const key = keyOf(uploadId, partNumber);
    const found = kept.get(key);
    kept.delete(key);
    if (found) {
      const links = await found.answer;
      // The part must be sent before its link expires.
      const isFresh = found.askedAt + (links.expiresIn * 1000) / 2 > now();
      if (isFresh) return urlOf(links, partNumber);
    }
    const length = Math.max(1, Math.min(AT_A_TIME, partCount - partNumber + 1));
    const partNumbers = Array.from({ length }, (_, index) => partNumber + index);
    return urlOf(await askFor(uploadId, partNumbers), partNumber);
  };
}

function keyOf(uploadId: string, partNumber: number): string {
  return `${uploadId}/${partNumber}`;
}

function urlOf({ parts }: PartLinks, partNumber: number): string {
  const part = parts.find((one) => one.partNumber === partNumber);
  if (!part) throw new Error(`no link for part ${partNumber}`);
  return part.uploadUrl;
}
