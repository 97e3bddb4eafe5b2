import { useEffect, useState } from 'preact/hooks';
import type { StepKey } from '../api.js';
import type { Onboarding } from '../onboarding.js';
import { useStore } from '../store.js';
import { Due } from './due.js';
import { Events } from './events.js';
import { Keys } from './keys.js';
import { Messages } from './messages.js';
import { RequestLog } from './request-log.js';
import { Steps } from './steps.js';
import { Summary } from './summary.js';
import { TokenForm } from './token-form.js';

/** All parts of the page below its header. */
export function Workbench({ onboarding }: { readonly onboarding: Onboarding }) {
  const { init, failure, needsToken } = useStore(onboarding.store);
  const [wanted, want] = useState<StepKey | null>(null);
  const percentage = init?.onboarding.completion_percentage;
  useEffect(() => {
    document.title = percentage === undefined ? 'Onboarding, live' : `${Math.round(percentage)} % · ${onboarding.user}`;
  }, [percentage, onboarding]);
  if (needsToken) {
    return (
      <main>
        <TokenForm onboarding={onboarding} />
      </main>
    );
  }
  return (
    <main>
      {failure !== null && (
        <p class="failure" role="alert">
          <span>{failure}</span>
          <button type="button" onClick={() => void onboarding.refresh()}>
            Read again
          </button>
        </p>
      )}
      <div class="columns">
        <div class="column">
          <Summary onboarding={onboarding} />
          <Steps onboarding={onboarding} wanted={wanted} onShown={() => want(null)} />
          <RequestLog onboarding={onboarding} />
        </div>
        <div class="column">
          <Due onboarding={onboarding} onStep={want} />
          <Events onboarding={onboarding} />
          <Keys onboarding={onboarding} />
          <Messages onboarding={onboarding} />
        </div>
      </div>
    </main>
  );
}
