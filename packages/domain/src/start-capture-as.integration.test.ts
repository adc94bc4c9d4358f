import { type CaptureReason, captureReasonSchema } from '@sonde/contract'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { getCapture } from './get-capture.ts'
import { listCaptures } from './list-captures.ts'
import { startCapture } from './start-capture.ts'
import { startCaptureAs } from './start-capture-as.ts'
import { createWorld, SPEC, type World } from './testing/index.ts'

let world: World
beforeAll(async () => {
  world = await createWorld()
})
afterAll(() => world.close())

const REASON: CaptureReason = { kind: 'alert', text: 'HighIOWait is firing', url: 'https://prometheus.test/graph?x=1' }

describe('a capture that nobody pressed Start for', () => {
  it('is made by whoever set it up, and says why it exists', async () => {
    const operator = await world.actor('operator')
    const host = await world.host('db-1')
    const { id } = await startCaptureAs(world.app, operator.userId, { hostIds: [host.id], spec: SPEC }, REASON)
    expect(await getCapture(operator, world.app, { id })).toMatchObject({ reason: REASON, createdBy: { id: operator.userId } })
    const found = await listCaptures(operator, world.app, { search: 'highiowait' })
    expect(found.items.map((item) => [item.id, item.reason])).toEqual([[id, REASON]])
  })

  it('has no reason where a person did', async () => {
    const operator = await world.actor('operator')
    const { id } = await startCapture(operator, world.app, { hostIds: [(await world.host()).id], spec: SPEC })
    expect((await getCapture(operator, world.app, { id })).reason).toBeNull()
  })

  it('goes by the role that the person has now, and needs that they exist', async () => {
    const operator = await world.actor('operator')
    const input = { hostIds: [(await world.host()).id], spec: SPEC }
    await world.app.db.prisma.user.update({ where: { id: operator.userId }, data: { role: 'viewer' } })
    await expect(startCaptureAs(world.app, operator.userId, input, REASON)).rejects.toMatchObject({ code: 'forbidden' })
    await expect(startCaptureAs(world.app, 'nobody-0000', input, REASON)).rejects.toMatchObject({ code: 'forbidden' })
  })

  it('keeps what an alert said as text, and leads to web pages only', async () => {
    const operator = await world.actor('operator')
    const text = '<img src=x onerror=1> \u202e\0'
    const { id } = await startCaptureAs(
      world.app,
      operator.userId,
      { hostIds: [(await world.host()).id], spec: SPEC },
      { kind: 'slack', text },
    )
    expect((await getCapture(operator, world.app, { id })).reason?.text).toBe('<img src=x onerror=1> \u202e\uFFFD')
    expect(captureReasonSchema.safeParse({ ...REASON, url: 'javascript:alert(1)' }).success).toBe(false)
  })
})
