import type { Onboarding, Place } from '../onboarding.js';
import { useStore } from '../store.js';

interface OutcomeNoteProps {
  readonly onboarding: Onboarding;
  readonly place: Place;
}

/** What the latest action has come to, where it was started; read out by screen readers as soon as it is known. */
export function OutcomeNote({ onboarding, place }: OutcomeNoteProps) {
  const { outcome } = useStore(onboarding.store);
  return (
    <div class="outcome-place" role="status">
      {outcome?.place === place && (
        <div class={`outcome ${outcome.isGood ? 'good' : 'bad'}`}>
          <strong>{outcome.title}</strong>
          {outcome.lines.length > 0 && (
            <ul>
              {outcome.lines.map((line) => (
                <li key={line}>{line}</li>
              ))}
            </ul>
          )}
        </div>
      )}
    </div>
  );
}
