import type { InitView } from '../api.js';
import type { Onboarding } from '../onboarding.js';
import { useStore } from '../store.js';
import { revisionOf, WIZARDS } from '../words.js';
import { OutcomeNote } from './outcome-note.js';
import { ResetButtons } from './reset-buttons.js';
import { Time } from './time.js';

/** How far the user is, and what can be done to the whole onboarding. */
export function Summary({ onboarding }: { readonly onboarding: Onboarding }) {
  const { init, requirements } = useStore(onboarding.store);
  const shown = init?.onboarding;
  const user = init?.user.id ?? onboarding.user;
  const canComplete = requirements?.can_complete === true && shown?.is_completed === false;
  return (
    <section class="card summary" aria-labelledby="summary-user" aria-busy={init === null}>
      <Ring percentage={shown?.completion_percentage ?? 0} />
      <div class="summary-text">
        <h2 id="summary-user">{user}</h2>
        <p class="lead">{shown ? sentenceOf(shown) : 'Reading…'}</p>
        {shown && (
          <dl class="facts">
            <div>
              <dt>Started</dt>
              <dd>{shown.started_at ? <Time of={shown.started_at} /> : '–'}</dd>
            </div>
            <div>
              <dt>Completed</dt>
              <dd>{shown.completed_at ? <Time of={shown.completed_at} /> : '–'}</dd>
            </div>
            <div>
              <dt>Wizard</dt>
              <dd>{WIZARDS[shown.flow]}</dd>
            </div>
            <div>
              <dt>Revision</dt>
              <dd>{requirements ? revisionOf(requirements.position) : '–'}</dd>
            </div>
          </dl>
        )}
        <div class="actions">
          <button type="button" class={shown?.started_at === null ? 'primary' : ''} onClick={() => onboarding.start()}>
            Start
          </button>
          <button type="button" class={canComplete ? 'primary' : ''} onClick={() => onboarding.complete()}>
            Complete onboarding
          </button>
          <ResetButtons user={user} onReset={(hard) => onboarding.reset(hard)} />
        </div>
        <OutcomeNote onboarding={onboarding} place="progress" />
      </div>
    </section>
  );
}

function sentenceOf({ is_completed, started_at, next_step, steps }: InitView['onboarding']): string {
  if (is_completed) return 'Onboarding is complete.';
  const next = steps.find(({ step_number }) => step_number === next_step);
  const what = next ? `step ${next.step_number}, ${next.title}` : `step ${next_step}`;
  return started_at === null ? `Not started. First comes ${what}.` : `Next is ${what}.`;
}

const RADIUS = 52;
const AROUND = 2 * Math.PI * RADIUS;

function Ring({ percentage }: { readonly percentage: number }) {
  const rounded = Math.round(percentage);
  return (
    <div
      class="ring"
      role="progressbar"
      aria-label="Completion"
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={rounded}
    >
      <svg viewBox="0 0 120 120" aria-hidden="true" focusable="false">
        <circle cx="60" cy="60" r={RADIUS} />
        <circle
          class={`done ${rounded === 100 ? 'full' : ''}`}
          cx="60"
          cy="60"
          r={RADIUS}
          stroke-dasharray={`${(AROUND * percentage) / 100} ${AROUND}`}
        />
      </svg>
      <span>
        {rounded}
        <small>%</small>
      </span>
    </div>
  );
}
