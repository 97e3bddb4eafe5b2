import { useEffect, useState } from 'preact/hooks';
import type { ConfigView, FlowId, StepKey, StepView } from '../api.js';
import type { Onboarding } from '../onboarding.js';
import { useStore } from '../store.js';
import { Card } from './card.js';
import { Step } from './step.js';

interface StepsProps {
  readonly onboarding: Onboarding;
  /** A step that another part of the page leads to. */
  readonly wanted: StepKey | null;
  readonly onShown: () => void;
}

/** A step of the user's wizard, with what the wizard says about it. */
export interface ShownStep extends StepView {
  readonly key: StepKey;
  readonly isRequired: boolean;
}

/** The steps of the user's wizard. The next one is open, unless the reader opens another. */
export function Steps({ onboarding, wanted, onShown }: StepsProps) {
  const { init, config } = useStore(onboarding.store);
  const [chosen, choose] = useState<StepKey | 'none' | null>(null);
  useEffect(() => {
    if (wanted === null) return;
    choose(wanted);
    onShown();
    const card = document.getElementById(`step-${wanted}`);
    card?.scrollIntoView({ block: 'nearest' });
    card?.querySelector('button')?.focus();
  }, [wanted]);
  if (!init || !config) return <Card title="Steps">{null}</Card>;
  const { steps, flow, next_step, is_completed } = init.onboarding;
  const shown = withKeys(steps, config, flow);
  const next = is_completed ? null : (shown.find(({ step_number }) => step_number === next_step)?.key ?? null);
  const open = chosen ?? next;
  const finished = shown.filter(({ status }) => status === 'completed' || status === 'skipped').length;
  return (
    <Card title="Steps" aside={<span class="quiet">{`${finished} of ${shown.length} finished`}</span>}>
      <ol class="steps">
        {shown.map((step) => (
          <Step
            key={step.key}
            step={step}
            isNext={step.key === next}
            isOpen={step.key === open}
            onboarding={onboarding}
            onToggle={() => choose(step.key === open ? 'none' : step.key)}
            onEdit={() => choose(step.key)}
            onSend={() => choose(null)}
          />
        ))}
      </ol>
    </Card>
  );
}

function withKeys(steps: readonly StepView[], { flows }: ConfigView, flow: FlowId): readonly ShownStep[] {
  const rows = flows.find((row) => row.flow === flow)?.steps ?? [];
  return steps.flatMap((step) => {
    const row = rows.find(({ number }) => number === step.step_number);
    return row ? [{ ...step, key: row.key as StepKey, isRequired: row.required }] : [];
  });
}
