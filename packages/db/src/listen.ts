import pg from 'pg'

export type Listener = { close: () => Promise<void> }

const RETRY_MS = { first: 100, max: 5_000 } as const
const CHECK_EVERY_MS = 30_000

/**
 * Holds one connection that listens on `channel` and comes back by itself when it breaks. `onNotify` is also called after
 * every (re)connect, since whatever was announced in between was missed.
 */
export function listen(options: {
  url: string
  channel: string
  onNotify: (payload: string | null) => void
  onError?: (error: Error) => void
}): Listener {
  let client: pg.Client | null = null
  let closed = false
  let retryMs: number = RETRY_MS.first
  let timer: NodeJS.Timeout | undefined

  const retry = (error: Error) => {
    if (closed) return
    options.onError?.(error)
    clearTimeout(timer)
    timer = setTimeout(() => void connect(), retryMs)
    retryMs = Math.min(retryMs * 2, RETRY_MS.max)
  }

  const connect = async () => {
    const mine = new pg.Client({ connectionString: options.url, keepAlive: true, connectionTimeoutMillis: 10_000 })
    client = mine
    let broken = false
    const fail = (error: Error) => {
      if (broken) return
      broken = true
      mine.removeAllListeners('notification')
      void mine.end().catch(() => {})
      retry(error)
    }
    mine.on('error', fail)
    mine.on('end', () => fail(new Error('the database closed the connection')))
    mine.on('notification', (message) => options.onNotify(message.payload ?? null))
    try {
      await mine.connect()
      await mine.query(`LISTEN ${pg.escapeIdentifier(options.channel)}`)
    } catch (error) {
      return fail(error instanceof Error ? error : new Error(String(error)))
    }
    if (closed) return void mine.end().catch(() => {})
    retryMs = RETRY_MS.first
    options.onNotify(null)
    // A connection cut without a word (a firewall, a pulled cable) shows only when something is sent.
    const check = () => {
      if (broken || closed) return
      mine.query('SELECT 1').then(() => {
        timer = setTimeout(check, CHECK_EVERY_MS)
      }, fail)
    }
    timer = setTimeout(check, CHECK_EVERY_MS)
  }

  void connect()
  return {
    close: async () => {
      closed = true
      clearTimeout(timer)
      await client?.end().catch(() => {})
    },
  }
}
