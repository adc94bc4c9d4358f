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

/** A pool, or a client within a transaction. */
export type Queryable = Pick<pg.Pool, 'query'> | Pick<pg.PoolClient, 'query'>

/** Runs `work` on one connection, in one transaction; rolled back when it throws. */
export async function inTransaction<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect()
  let broken: Error | undefined
  try {
    await client.query('BEGIN')
    const result = await work(client)
    await client.query('COMMIT')
    return result
  } catch (error) {
    // A connection that cannot even roll back is of no more use to anybody.
    await client.query('ROLLBACK').catch((e: Error) => {
      broken = e
    })
    throw error
  } finally {
    client.release(broken)
  }
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
