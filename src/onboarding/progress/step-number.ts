import { requestParameter } from '../../ground/http/direct.js';

/** The step number in the path; 0, which no flow has, for what is none. */
export const StepNumber = requestParameter(({ params }) => {
  const { n } = params as { readonly n: string };
  return /^[1-9]\d?$/.test(n) ? Number(n) : 0;
});
