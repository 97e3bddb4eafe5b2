import { join, resolve } from 'node:path';
import { findBinaries, findPlace } from './embedded-place.js';
import { EmbeddedServer, SUPERUSER, type Running } from './embedded-server.js';
import { watchServer } from './embedded-watch.js';
import { initializeCluster, isInitialized } from './initialize-cluster.js';
import { Leases } from './process-leases.js';
import { StartupError } from '../../../ground/config/startup-error.js';

export interface EmbeddedOptions {
  /** Where the cluster and its log are kept. */
  readonly directory: string;
  readonly superuserPassword: string;
  /** Server settings; tests give up durability for speed. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Gets lines about a start that takes long, and about restarts. */
  readonly say?: (line: string) => void;
  /** Gets the directory of the data if they cannot be kept in `directory`. */
  readonly onMoved?: (directory: string) => void;
}

/**
 * A real PostgreSQL from an npm package, for local development and tests: nothing to install, nothing to download.
 * Several processes may share one cluster: the last one to leave stops it.
 */
export class EmbeddedPostgres {
  readonly #stopping = new AbortController();
  #watch: Promise<void> = Promise.resolve();

  private constructor(
    private readonly server: EmbeddedServer,
    private readonly leases: Leases,
    private readonly running: Running,
    private readonly password: string,
    private readonly say: (line: string) => void,
  ) {}

  /**
   * Starts the server of the directory: creates the cluster if there is none, adopts a server that runs. A start that fails
   * leaves no process behind.
   * @throws LoginRefused when the cluster was made with another password; StartupError
   */
  static async start({
    directory,
    superuserPassword: password,
    settings = {},
    say = () => undefined,
    onMoved,
  }: EmbeddedOptions): Promise<EmbeddedPostgres> {
    try {
      const place = findPlace(resolve(directory), findBinaries());
      if (place.directory !== resolve(directory)) onMoved?.(place.directory);
      const cluster = join(place.directory, 'postgres');
      const server = new EmbeddedServer(place, cluster, password, settings);
      const leases = new Leases(cluster);
      try {
        leases.take();
        if (!isInitialized(cluster)) await initializeCluster(place, cluster, SUPERUSER, password);
        // Other processes that use the cluster expect the server on its previous port.
        const running = await server.start({ port: leases.port, say });
        leases.take(running.port);
        return new EmbeddedPostgres(server, leases, running, password, say);
      } catch (error) {
        await leave(leases, server);
        throw error;
      }
    } catch (error) {
      const { errno, message } = error as NodeJS.ErrnoException;
      throw errno === undefined ? error : new StartupError(`The embedded PostgreSQL cannot be started: ${message}.`);
    }
  }

  get port(): number {
    return this.running.port;
  }

  url(user = SUPERUSER, password = this.password, database = 'postgres'): string {
    return `postgres://${encodeURIComponent(user)}:${encodeURIComponent(password)}@127.0.0.1:${this.port}/${database}`;
  }

  /** From now on, restarts the server on the same port whenever it ends. */
  keepRunning(): void {
    this.#watch = watchServer(this.server, this.running, this.say, this.#stopping.signal);
  }

  /** Stops the server and waits until it is down, unless another process still uses it. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#watch;
    await leave(this.leases, this.server);
  }
}

async function leave(leases: Leases, server: EmbeddedServer): Promise<void> {
  if (leases.giveBack() === 0) await server.stop();
}
