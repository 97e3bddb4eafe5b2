import { useId, useRef } from 'preact/hooks';

interface ResetButtonsProps {
  readonly user: string;
  readonly onReset: (hard: boolean) => void;
}

/** A soft reset at once, since it can be undone; a hard one after a question. */
export function ResetButtons({ user, onReset }: ResetButtonsProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const title = useId();
  const decide = (isSure: boolean) => {
    dialog.current?.close();
    if (isSure) onReset(true);
  };
  return (
    <>
      <button type="button" onClick={() => onReset(false)}>
        Soft reset
      </button>
      <button type="button" class="danger" onClick={() => dialog.current?.showModal()}>
        Hard reset…
      </button>
      <dialog ref={dialog} aria-labelledby={title}>
        <h2 id={title}>Delete everything of {user}?</h2>
        <p>A hard reset deletes the progress, the saved data, the keys and the history. Nothing brings them back.</p>
        <div class="actions end">
          <button type="button" onClick={() => decide(false)}>
            Keep everything
          </button>
          <button type="button" class="danger solid" onClick={() => decide(true)}>
            Delete everything
          </button>
        </div>
      </dialog>
    </>
  );
}
