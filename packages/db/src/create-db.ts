import { PrismaPg } from '@prisma/adapter-pg'
import pg from 'pg'
import { PrismaClient } from './generated/prisma/client.ts'

/** One pool, two ways in: Prisma for rows, bare `pg` where one statement must decide a race or bytes are many. */
export type Db = {
  prisma: PrismaClient
  pool: pg.Pool
  /** Ends every connection; queries under way are finished first. */
  close: () => Promise<void>
}

/** Connects lazily, so this does not fail when the server is not up yet; the first query does. */
export function createDb(url: string, options: { maxConnections?: number } = {}): Db {
  const pool = new pg.Pool({ connectionString: url, max: options.maxConnections ?? 10, connectionTimeoutMillis: 10_000, keepAlive: true })
  // An idle connection that breaks (a database restart) is dropped by the pool; unheard, its error would end the process.
  pool.on('error', () => {})
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool) })
  let closing: Promise<void> | null = null
  return {
    prisma,
    pool,
    close: () => {
      closing ??= prisma.$disconnect().then(() => (pool.ended ? undefined : pool.end()))
      return closing
    },
  }
}
