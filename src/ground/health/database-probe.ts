/** What readiness and metrics ask of the database. The module that has the connections provides it. */
export abstract class DatabaseProbe {
  /** Connections of the pool, those of them that are idle, and requests that wait for one. */
  abstract readonly load: { readonly total: number; readonly idle: number; readonly waiting: number };

  /** @throws Unavailable unless the database answers */
  abstract ping(): Promise<void>;
}
