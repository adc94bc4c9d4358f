/** Results are fetched at most so often while they grow. */
const MIN_GAP_MS = 900
/** How long a server that could not answer is left alone. */
const RETRY_MS = 5_000

export type LoadState = {
  /** The newest version there is; 0 for none. */
  version: number
  /** What is on screen; null where nothing could be loaded yet. */
  shown: { version: number; atMs: number } | null
  isFetching: boolean
  isError: boolean
  /** The server said no (4xx), and would again. */
  isRefused: boolean
}

/** In how many ms a growing result is to be fetched again, at `nowMs`; null where it need not be. The first fetch is not asked for here. */
export function nextLoadInMs(state: LoadState, nowMs: number): number | null {
  const { version, shown, isFetching, isError, isRefused } = state
  if (isFetching || isRefused || version === 0) return null
  // A first fetch that failed leaves nothing to compare with, and must not be the last one.
  if (shown ? version <= shown.version : !isError) return null
  return isError ? RETRY_MS : Math.max(0, (shown?.atMs ?? 0) + MIN_GAP_MS - nowMs)
}
