import { expect } from '@jest/globals';

/** A time as the wire has it: ISO 8601 in UTC with `Z`. */
export const wireTime = (): unknown => expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
