import type { CountTokens } from './prompt.js';

let counting: Promise<CountTokens> | undefined;

/** Counts tokens as the models of OpenAI do; others differ by a few in a hundred. Loaded when first asked for: its table is large. */
export function tokenCounter(): Promise<CountTokens> {
  counting ??= import('gpt-tokenizer/encoding/cl100k_base').then(
    ({ countTokens }) =>
      (text: string) =>
        countTokens(text),
  );
  return counting;
}
