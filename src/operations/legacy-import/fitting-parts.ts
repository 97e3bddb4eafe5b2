import { shareOfLimits } from '../../onboarding/database/document-sizes.js';
import type { ImportedPart } from './imported-parts.js';

/**
 * The parts without the largest documents, one by one, until the database can hold the rest: a user keeps the steps, the keys and
 * all that fits.
 * @param saved documents that the user has here, and keeps
 */
export function fittingParts(parts: readonly ImportedPart[], saved: readonly unknown[] = []): readonly ImportedPart[] {
  let fitting = parts;
  while (shareOfLimits([...saved, ...fitting.flatMap(({ documents }) => documents)]) > 1) {
    const [largest] = fitting
      .filter(({ isPresent }) => isPresent)
      .toSorted((one, other) => shareOfLimits(other.documents) - shareOfLimits(one.documents));
    if (!largest) return fitting;
    fitting = fitting.map((part) => (part === largest ? withoutDocument(part) : part));
  }
  return fitting;
}

function withoutDocument(part: ImportedPart): ImportedPart {
  const detail = `${part.name}: it is too large, alone or with the user's other documents, and was not imported.`;
  return {
    ...part,
    documents: [],
    warnings: [{ code: 'document_left_out', detail }],
    isPresent: false,
    isSame: (saved) => !part.isSaved(saved),
  };
}
