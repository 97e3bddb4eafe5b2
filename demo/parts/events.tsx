import type { Onboarding, ShownEvent } from '../onboarding.js';
import { useStore } from '../store.js';
import { eventName, revisionOf } from '../words.js';
import { Card } from './card.js';
import { OutcomeNote } from './outcome-note.js';
import { Time } from './time.js';

/** What happened, the latest first, with the way back to each state. */
export function Events({ onboarding }: { readonly onboarding: Onboarding }) {
  const { events } = useStore(onboarding.store);
  return (
    <Card title="Events" aside={<span class="quiet">the latest first</span>}>
      <OutcomeNote onboarding={onboarding} place="history" />
      {events.length === 0 && <p class="empty">Nothing has happened yet.</p>}
      <ol class="events" tabIndex={events.length > 0 ? 0 : -1} aria-label="Events, the latest first">
        {events.map((event, index) => (
          <Event
            key={event.position}
            event={event}
            isLatest={index === 0}
            onRestore={(revision) => onboarding.restore(revision)}
          />
        ))}
      </ol>
    </Card>
  );
}

interface EventProps {
  readonly event: ShownEvent;
  readonly isLatest: boolean;
  readonly onRestore: (revision: number) => void;
}

function Event({ event, isLatest, onRestore }: EventProps) {
  const { position, type, step_key, occurred_at, actor, cause, progress } = event;
  const revision = revisionOf(position);
  return (
    <li class={`event ${type}`}>
      <span class="revision" title={`Revision ${revision}`}>
        {revision}
      </span>
      <span class="event-text">
        <span>
          {eventName(type)}
          {step_key && <code>{step_key}</code>}
        </span>
        <span class="quiet">
          <Time of={occurred_at} /> · {actor === cause ? actor : `${actor}, ${cause}`}
        </span>
      </span>
      {progress && <span class="event-percentage quiet">{Math.round(progress.completion_percentage)} %</span>}
      <button
        type="button"
        class="link"
        disabled={isLatest}
        onClick={() => onRestore(revision)}
        aria-label={`Restore revision ${revision}`}
        title={isLatest ? 'This is the state of now' : 'Bring back progress and data as they were after this event'}
      >
        Restore
      </button>
    </li>
  );
}
