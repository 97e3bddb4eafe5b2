import { strippedId } from './file-names.js';

/** A user's id in a session of a workspace, and whether the user did anything there. */
export interface WorkspaceUser {
  readonly userId: string;
  /** Whether there are keys or finished steps. */
  readonly hasProgress: boolean;
}

/** What tells the true ids of a workspace's users. */
export interface WorkspaceEvidence {
  /** The name of the workspace without `workspace_`: an id without its special characters. */
  readonly name: string;
  readonly users: readonly WorkspaceUser[];
  /** Ids that were given and have this name. */
  readonly given: readonly string[];
  readonly hasList: boolean;
  /** Ids in the workspace's flat files. */
  readonly inFiles: readonly string[];
}

/**
 * Whose each session of a workspace is: by the id in the session. Background jobs know only the folder's name, and make sessions of
 * their own under it: these are the user's of the folder, unless another user has that very id. Null: nobody's.
 */
export function trueUsers({
  name,
  users,
  given,
  hasList,
  inFiles,
}: WorkspaceEvidence): ReadonlyMap<string, string | null> {
  const others = users.filter(({ userId }) => userId !== name && strippedId(userId) === name);
  const named = ({ userId, hasProgress }: WorkspaceUser): string | null => {
    if (userId !== name || given.includes(userId)) return userId;
    if (others.length > 0) {
      if (!hasList && hasProgress) return userId;
      return others.length === 1 ? (others[0]?.userId ?? null) : null;
    }
    const candidates = new Set(given.length > 0 ? given : inFiles.filter((id) => strippedId(id) === name));
    const [candidate] = candidates;
    return candidates.size === 1 && candidate !== undefined ? candidate : userId;
  };
  return new Map(users.map((user) => [user.userId, named(user)]));
}
