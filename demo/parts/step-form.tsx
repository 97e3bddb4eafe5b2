import { useState } from 'preact/hooks';
import { sampleOf } from '../samples.js';
import type { ShownStep } from './steps.js';

type Data = Record<string, unknown>;

interface StepFormProps {
  readonly step: ShownStep;
  readonly onEdit: () => void;
  readonly onComplete: (data: Data) => void;
  readonly onPreview: (data: Data) => void;
  readonly onSkip: () => void;
}

/** The data to post for a step, as JSON that the reader may edit, and the requests that a step has. */
export function StepForm({ step, onEdit, onComplete, onPreview, onSkip }: StepFormProps) {
  const { key, step_number, title, data: saved } = step;
  const [text, enter] = useState(() => sampleOf(key));
  const { data, complaint } = parse(text);
  const id = `data-${key}`;
  const send = (post: (data: Data) => void) => () => data && post(data);
  const edit = (content: string) => {
    enter(content);
    onEdit();
  };
  return (
    <>
      <div class="label-line">
        <label for={id}>Data to post</label>
        <span class="links">
          <button type="button" class="link" onClick={() => edit(sampleOf(key))}>
            Sample
          </button>
          <button
            type="button"
            class="link"
            disabled={saved === null}
            onClick={() => edit(JSON.stringify(saved, null, 2))}
          >
            As saved
          </button>
        </span>
      </div>
      <textarea
        id={id}
        class="code"
        rows={Math.min(18, Math.max(3, text.split('\n').length))}
        spellcheck={false}
        aria-invalid={complaint !== null}
        aria-describedby={`${id}-complaint`}
        value={text}
        onInput={(event) => edit(event.currentTarget.value)}
      />
      <p id={`${id}-complaint`} class="complaint" role="status">
        {complaint}
      </p>
      <div class="actions">
        <button type="button" class="primary" disabled={!data} onClick={send(onComplete)}>
          Complete step {step_number}
        </button>
        <button
          type="button"
          title="What completing it would answer; nothing is stored"
          disabled={!data}
          onClick={send(onPreview)}
        >
          Dry run
        </button>
        <button type="button" onClick={onSkip} aria-label={`Skip ${title}`}>
          Skip
        </button>
      </div>
    </>
  );
}

function parse(text: string): { readonly data: Data | null; readonly complaint: string | null } {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return { data: value as Data, complaint: null };
    return { data: null, complaint: 'The data must be a JSON object.' };
  } catch (error) {
    return { data: null, complaint: `This is not JSON: ${(error as Error).message}` };
  }
}
