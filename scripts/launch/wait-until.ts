import { setTimeout as sleep } from 'node:timers/promises'

/**
 * Asks again until `check` says yes. Throws when `giveUp` has a reason, or with `what` after `timeoutMs`. A check that throws
 * counts as "not yet".
 */
export async function waitUntil(
  what: string,
  check: () => Promise<boolean>,
  { timeoutMs, giveUp = () => null }: { timeoutMs: number; giveUp?: () => string | null },
): Promise<void> {
  const deadline = Date.now() + timeoutMs
  let last = 'it never answered'
  for (;;) {
    const reason = giveUp()
    if (reason !== null) throw new Error(reason)
    try {
      if (await check()) return
      last = 'it answered, but not that it is ready'
    } catch (error) {
      last = error instanceof Error ? error.message : String(error)
    }
    if (Date.now() > deadline) throw new Error(`${what} is not ready after ${timeoutMs / 1000} s: ${last}`)
    await sleep(60)
  }
}

/** Whether a GET is answered with 2xx within 2 s. */
export async function answersOk(url: string): Promise<boolean> {
  const response = await fetch(url, { signal: AbortSignal.timeout(2000), redirect: 'manual' })
  await response.arrayBuffer()
  return response.ok
}
