import { Trans, useLingui } from "@lingui/react/macro";
import type { UseFormReturn } from "react-hook-form";
import type { CreateJob } from "@/api/generated/types.gen";
import { zCreateJob } from "@/api/generated/zod.gen";
import { Choice } from "@/forms/choice";
import { CheckField, NumberField, SelectField, TextArea } from "@/forms/inputs";
import { limits } from "@/forms/limits";
import { cx } from "@/ui/cx";
import { USUAL } from "@/video/transition-words";
import { OTHERS } from "./create-words";

interface Props {
  form: UseFormReturn<CreateJob>;
}

const { shape } = zCreateJob;

/** What a film can be asked for with. */
export function CreateFields({ form }: Props) {
  const { t } = useLingui();
  return (
    <>
      <TextArea
        form={form}
        name="prompt"
        rows={4}
        limits={limits(shape.prompt)}
        label={t`What is the film about?`}
        hint={t`A subject, a place, a mood.`}
      />
      <Kind form={form} />
      <Aspect form={form} />
      <div className="grid grid-cols-2 gap-4">
        <NumberField
          form={form}
          name="durationSeconds"
          limits={limits(shape.durationSeconds)}
          label={t`Length in seconds`}
        />
        <NumberField form={form} name="scenes" limits={limits(shape.scenes)} label={t`Scenes`} />
      </div>
      <More form={form} />
      <CheckField
        form={form}
        name="review"
        label={t`Let me review the storyboard first`}
        hint={t`The film waits for you after its storyboard. You change it, and approve it with its price.`}
      />
    </>
  );
}

function Kind({ form }: Props) {
  const { t } = useLingui();
  return (
    <Choice
      form={form}
      name="category"
      label={t`Kind`}
      options={[
        { value: "music-video", name: t`Music video` },
        { value: "ad-creative", name: t`Advertisement` },
      ]}
    />
  );
}

function Aspect({ form }: Props) {
  const { t } = useLingui();
  return (
    <Choice
      form={form}
      name="aspectRatio"
      label={t`Shape`}
      options={[
        { value: "16:9", name: t`Wide 16:9`, picture: <Shape className="h-4 w-7" /> },
        { value: "9:16", name: t`Tall 9:16`, picture: <Shape className="h-7 w-4" /> },
        { value: "1:1", name: t`Square 1:1`, picture: <Shape className="size-5" /> },
      ]}
    />
  );
}

function Shape({ className }: { className: string }) {
  return <span aria-hidden className={cx("rounded-xs border-2 border-current", className)} />;
}

function More({ form }: Props) {
  const { t } = useLingui();
  return (
    <details className="rounded-xl border border-line p-4">
      <summary className="min-h-6 font-medium">
        <Trans>Transition, music, seed</Trans>
      </summary>
      <div className="mt-4 grid gap-4 sm:grid-cols-2">
        <TransitionSelect form={form} />
        <Music form={form} />
        <NumberField
          form={form}
          name="seed"
          limits={limits(shape.seed)}
          label={t`Seed`}
          hint={t`The same seed and words give a like film. Leave it empty for a surprise.`}
        />
      </div>
    </details>
  );
}

function Music({ form }: Props) {
  const { t } = useLingui();
  return (
    <Choice
      form={form}
      name="audio"
      label={t`Sound`}
      options={[
        { value: "music", name: t`Music` },
        { value: "none", name: t`Silent` },
      ]}
    />
  );
}

function TransitionSelect({ form }: Props) {
  const { t } = useLingui();
  return (
    <SelectField form={form} name="transition" label={t`Transition between scenes`}>
      <optgroup label={t`Usual`}>
        {Object.entries(USUAL).map(([value, name]) => (
          <option key={value} value={value}>
            {t(name)}
          </option>
        ))}
      </optgroup>
      <optgroup label={t`All others`}>
        {OTHERS.map((value) => (
          <option key={value}>{value}</option>
        ))}
      </optgroup>
    </SelectField>
  );
}
