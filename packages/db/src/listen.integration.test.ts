import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createDb, type Db } from './create-db.ts'
import { listen } from './listen.ts'
import { createPostgresDispatchBus } from './postgres-dispatch-bus.ts'
import { startTestDatabase, type TestDatabase } from './testing/index.ts'

let database: TestDatabase
let db: Db
beforeAll(async () => {
  database = await startTestDatabase()
  db = createDb(database.url)
})
afterAll(async () => {
  await db.close()
  await database.stop()
})

async function until(what: () => boolean): Promise<void> {
  for (let i = 0; !what() && i < 500; i++) await sleep(10)
  expect(what()).toBe(true)
}

it('hears every announcement, and looks again after its connection was cut', async () => {
  const heard: (string | null)[] = []
  const errors: Error[] = []
  const listener = listen({ url: database.url, channel: 'test', onNotify: (p) => heard.push(p), onError: (e) => errors.push(e) })
  await until(() => heard.length === 1)
  expect(heard).toEqual([null])
  for (let i = 0; i < 50; i++) await db.pool.query("SELECT pg_notify('test', $1)", [String(i)])
  await until(() => heard.length === 51)
  expect(heard.slice(1)).toEqual(Array.from({ length: 50 }, (_, i) => String(i)))

  await db.pool.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND pid <> pg_backend_pid()")
  await until(() => heard.length === 52)
  expect(heard[51]).toBeNull()
  expect(errors).toHaveLength(1)
  await db.pool.query("SELECT pg_notify('test', 'after')")
  await until(() => heard.includes('after'))
  await listener.close()
})

it('announces to several subscribers, and to none after they are closed', async () => {
  const bus = createPostgresDispatchBus(db, database.url)
  let looks = 0
  const subscriptions = [bus.subscribe(() => looks++), bus.subscribe(() => looks++)]
  await until(() => looks === 2)
  await bus.announce('some-capture')
  await until(() => looks === 4)
  for (const subscription of subscriptions) await subscription.close()
  await bus.announce('another')
  await sleep(100)
  expect(looks).toBe(4)
})

it('reports an announcement that fails, and does not throw it', async () => {
  const broken = createDb('postgresql://nobody:x@127.0.0.1:1/none')
  const errors: Error[] = []
  await createPostgresDispatchBus(broken, database.url, (e) => errors.push(e)).announce('x')
  expect(errors).toHaveLength(1)
  await broken.close()
})
