/**
 * How the service's Node runs; the Dockerfile has the same. Node lets its heap grow with the machine's memory, and seldom looks for
 * what could go: the service holds little from one request to the next, so that it may be looked for often. No limit is set.
 */
export const NODE_FLAGS = ['--enable-source-maps', '--max-semi-space-size=8', '--heap-growing-percent=30'];
