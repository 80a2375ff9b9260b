import { expect, test } from "vitest";
import { zCreateJob } from "@/api/generated/zod.gen";
import { limits } from "./limits";
import { rulesOf } from "./resolver";

test("limits are the contract's", () => {
  expect(limits(zCreateJob.shape.prompt)).toEqual({ minimum: 10, maximum: 500 });
  expect(limits(zCreateJob.shape.scenes)).toEqual({ minimum: 1, maximum: 12 });
});

test("a broken rule is told in words", async () => {
  const values = { prompt: "short", category: "music-video", scenes: 99 } as const;
  const options = { fields: {}, shouldUseNativeValidation: false };
  const { errors } = await rulesOf(zCreateJob)(values, undefined, options);
  expect(errors).toMatchObject({
    prompt: { message: "At least 10 characters." },
    scenes: { message: "Not more than 12." },
  });
});
