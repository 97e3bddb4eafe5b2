import type { Outcome } from '../onboarding.js';

/** What an action has come to; read out by screen readers as soon as it is known. */
export function OutcomeNote({ outcome }: { readonly outcome: Outcome | undefined }) {
  return (
    <div class="outcome-place" role="status">
      {outcome && (
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
