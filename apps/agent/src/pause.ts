/** Waits; ends early, without an error, when the signal fires. Keeps no listener behind on long-lived signals. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve()
    const done = () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal?.addEventListener('abort', done, { once: true })
  })
}

/** Exponential backoff with jitter: a random share, from half to all, of min(cap, base × 2^attempt). In ms. */
export function backoffMs(attempt: number, { baseMs = 250, capMs = 30_000 } = {}): number {
  const full = Math.min(capMs, baseMs * 2 ** Math.min(attempt, 20))
  return full * (0.5 + Math.random() / 2)
}
