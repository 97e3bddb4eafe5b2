/**
 * How the service's Node runs; the Dockerfile has the same. Next to nothing outlives its request: with room for it from the start
 * (MB), and one thread to clear it, less is copied about. What does outlive it is looked through often, whatever the machine's memory.
 * V8 does not guess which objects live long: under load it takes those of requests for such (docs/adr/0026-speed.md).
 * Stacks name functions; NODE_OPTIONS=--enable-source-maps adds the lines of the sources, for 30 MB.
 */
export const NODE_FLAGS = [
  '--min-semi-space-size=16',
  '--max-semi-space-size=16',
  '--no-parallel-scavenge',
  '--heap-growing-percent=40',
  '--no-allocation-site-pretenuring',
];
