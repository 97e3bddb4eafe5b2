/** What a page, a worker and Node have of this. */
interface Surroundings {
  addEventListener?: (type: string, listener: () => void, options: { readonly signal: AbortSignal }) => void;
  readonly document?: Required<Pick<Surroundings, 'addEventListener'>> & { readonly visibilityState: string };
}

/** Calls when the network comes back, and when the user comes back to the page; never outside of a browser. */
export function onWake(wake: () => void, signal: AbortSignal): void {
  const surroundings = globalThis as unknown as Surroundings;
  surroundings.addEventListener?.('online', wake, { signal });
  surroundings.addEventListener?.('pageshow', wake, { signal });
  const { document } = surroundings;
  const wakeIfVisible = () => {
    if (document?.visibilityState === 'visible') wake();
  };
  document?.addEventListener('visibilitychange', wakeIfVisible, { signal });
}
