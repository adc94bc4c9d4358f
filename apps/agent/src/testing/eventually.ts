import { pause } from '../pause.ts'

/** Waits for something to become true (or a value to be there); fails with `what` when it does not. */
export async function eventually<T>(what: string, look: () => T | Promise<T>, withinMs = 10_000): Promise<NonNullable<T>> {
  const until = performance.now() + withinMs
  for (;;) {
    const seen = await look()
    if (seen !== null && seen !== undefined && seen !== false) return seen
    if (performance.now() > until) throw new Error(`not within ${withinMs} ms: ${what}`)
    await pause(10)
  }
}
