import type { CountTokens } from './prompt.js';

let counter: Promise<CountTokens> | undefined;

/** Counts tokens by OpenAI's cl100k_base; other models differ by a few percent. Loaded on first use, since its table is large. */
export function tokenCounter(): Promise<CountTokens> {
  counter ??= import('gpt-tokenizer/encoding/cl100k_base').then(
    ({ countTokens }) =>
      (text: string) =>
        countTokens(text),
  );
  return counter;
}
