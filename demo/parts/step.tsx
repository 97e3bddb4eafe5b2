import { useRef } from 'preact/hooks';
import type { Onboarding } from '../onboarding.js';
import { statusName } from '../words.js';
import { CheckIcon, ChevronIcon, FailIcon, SkipIcon } from './icons.js';
import { OutcomeNote } from './outcome-note.js';
import { StepForm } from './step-form.js';
import type { ShownStep } from './steps.js';
import { Time } from './time.js';

export interface StepProps {
  readonly step: ShownStep;
  readonly isNext: boolean;
  readonly isOpen: boolean;
  readonly onboarding: Onboarding;
  readonly onToggle: () => void;
  readonly onEdit: () => void;
  readonly onSend: () => void;
}

/** One step: its state in a line, and below it, where it is open, what can be done. */
export function Step({ step, isNext, isOpen, onboarding, onToggle, onEdit, onSend }: StepProps) {
  const { key, step_number: n, title, description, status, completed_at, isRequired } = step;
  const form = `form-${key}`;
  const head = useRef<HTMLButtonElement>(null);
  // The form may close: whoever uses the keyboard goes on from the step.
  const leave = () => {
    head.current?.focus();
    onSend();
  };
  return (
    <li id={`step-${key}`} class={`step ${status} ${isNext ? 'next' : ''}`}>
      <button ref={head} type="button" class="step-head" aria-expanded={isOpen} aria-controls={form} onClick={onToggle}>
        <span class="step-mark" aria-hidden="true">
          <StepMark step={step} />
        </span>
        <span class="step-text">
          <span class="step-title">
            <span class="unseen">Step {n}: </span>
            {title}
          </span>
          <span class="step-about">
            {description}
            {isRequired ? '' : ' · optional'}
          </span>
        </span>
        <span class="step-time quiet">{completed_at && <Time of={completed_at} />}</span>
        {/* Drawn again when the status changes, so that the change is seen. */}
        <span key={status} class={`badge ${status}`}>
          {isNext && status === 'pending' ? 'Next' : statusName(status)}
        </span>
        <ChevronIcon />
      </button>
      <div id={form} class="step-body" hidden={!isOpen}>
        {isOpen && (
          <StepForm
            step={step}
            onEdit={onEdit}
            onComplete={(data) => {
              leave();
              onboarding.completeStep(key, n, data);
            }}
            onPreview={(data) => onboarding.previewStep(key, n, data)}
            onSkip={() => {
              leave();
              onboarding.skipStep(key, n);
            }}
          />
        )}
      </div>
      <OutcomeNote onboarding={onboarding} place={key} />
    </li>
  );
}

function StepMark({ step: { status, step_number } }: { readonly step: ShownStep }) {
  switch (status) {
    case 'completed':
      return <CheckIcon />;
    case 'skipped':
      return <SkipIcon />;
    case 'failed':
      return <FailIcon />;
    default:
      return <>{step_number}</>;
  }
}
