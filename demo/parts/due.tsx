import type { RequirementsView, RequirementView, StepKey } from '../api.js';
import type { Onboarding } from '../onboarding.js';
import { useStore } from '../store.js';
import { REQUIREMENT_LISTS } from '../words.js';
import { Card } from './card.js';
import { Time } from './time.js';

/** What keeps nobody from completing is folded. */
const FOLDED = ['pending_verification', 'recommended'];

interface DueProps {
  readonly onboarding: Onboarding;
  readonly onStep: (key: StepKey) => void;
}

/** What is due, why, and what clears it. */
export function Due({ onboarding, onStep }: DueProps) {
  const { requirements } = useStore(onboarding.store);
  if (!requirements) return <Card title="What is due">{null}</Card>;
  const lists = REQUIREMENT_LISTS.map(([list, name]) => ({ list, name, items: requirements[list] })).filter(
    ({ items }) => items.length > 0,
  );
  return (
    <Card
      title="What is due"
      aside={
        <span class={`badge ${requirements.can_complete ? 'completed' : 'pending'}`}>{badgeOf(requirements)}</span>
      }
    >
      {lists.length === 0 && <p class="empty">Nothing is due.</p>}
      {requirements.deadline && (
        <p class="quiet">
          To be completed by <Time of={requirements.deadline} />
        </p>
      )}
      {lists.map(({ list, name, items }) => (
        <details key={list} class={`due ${list}`} open={!FOLDED.includes(list)}>
          <summary>
            <h3>
              {name} <span class="count">{items.length}</span>
            </h3>
          </summary>
          <ul>
            {items.map((item) => (
              <DueItem key={`${item.code} ${item.pointer ?? ''}`} item={item} onStep={onStep} />
            ))}
          </ul>
        </details>
      ))}
    </Card>
  );
}

function badgeOf({ is_completed, can_complete, blocked_by }: RequirementsView): string {
  if (is_completed) return 'Completed';
  return can_complete ? 'Can be completed' : `${blocked_by.length} before completion`;
}

interface DueItemProps {
  readonly item: RequirementView;
  readonly onStep: (key: StepKey) => void;
}

function DueItem({ item, onStep }: DueItemProps) {
  const { title, detail, since, code, clears, step_key, step_number } = item;
  return (
    <li>
      <div class="due-title">
        <strong>{title}</strong>
        {step_number !== null && (
          <button type="button" class="link" onClick={() => onStep(step_key)}>
            Step {step_number}
            <span class="unseen">: {title}</span>
          </button>
        )}
      </div>
      <p>{detail}</p>
      <details>
        <summary>
          <code>{code}</code>
          {since && (
            <span class="quiet">
              {' since '}
              <Time of={since} />
            </span>
          )}
        </summary>
        <p class="quiet">{clears.length > 0 ? 'Each of these clears it:' : 'No single request clears it.'}</p>
        <ul class="clears">
          {clears.map(({ method, path, pointer }) => (
            <li key={`${method} ${path} ${pointer}`}>
              <code>
                <b>{method}</b> {path}
              </code>
              {pointer && <code class="quiet">{pointer}</code>}
            </li>
          ))}
        </ul>
      </details>
    </li>
  );
}
