interface WithErrors {
  readonly validation_errors: Readonly<Record<string, readonly string[]>>;
}

/** A user's events in their order, each with all validation errors that hold then: it is stored with those alone that changed with it. */
export function withAllErrors<E extends WithErrors>(events: readonly E[]): E[] {
  const errors = new Map<string, readonly string[]>();
  return events.map((event) => {
    for (const [step, texts] of Object.entries(event.validation_errors)) {
      if (texts.length > 0) errors.set(step, texts);
      else errors.delete(step);
    }
    return { ...event, validation_errors: Object.fromEntries(errors) };
  });
}
