import { afterAll, beforeAll, expect, it } from 'vitest'
import { codeOf, createRestWorld, jsonOf, type RestWorld } from './testing/rest-world.ts'

let rest: RestWorld
beforeAll(async () => {
  rest = await createRestWorld()
})
afterAll(() => rest.world.close())

it('marks a deploy in two calls of a pipeline, lists it, and gives one link to paste', async () => {
  const { send, world } = rest
  await world.host('web-1', { service: 'checkout' })
  const token = await rest.tokenOf('operator', ['deploys:read', 'deploys:write'])
  const body = { service: 'checkout', version: '2.0', key: 'run-1' }
  const started = await send('/deploys', { method: 'POST', token, body: { ...body, state: 'started', url: 'https://ci.test/runs/1' } })
  expect(started.status).toBe(201)
  const deploy = await jsonOf(started)
  expect(deploy).toMatchObject({
    state: 'started',
    source: 'api',
    hosts: [{ name: 'web-1' }],
    page: `${world.app.urls.web}/deploys/${deploy.id}`,
  })
  const finished = await jsonOf(await send('/deploys', { method: 'POST', token, body: { ...body, state: 'finished' } }))
  expect(finished).toMatchObject({ id: deploy.id, state: 'finished', url: 'https://ci.test/runs/1' })
  const list = await jsonOf(await send('/deploys?service=checkout&limit=1&from=2020-01-01T00:00:00Z', { token }))
  expect(list.items).toMatchObject([{ id: deploy.id }])
  expect((await jsonOf(await send('/deploys?service=other', { token }))).items).toEqual([])
  expect(await jsonOf(await send(`/deploys/${deploy.id}`, { token }))).toMatchObject({ id: deploy.id, page: deploy.page })

  const again = await send('/deploys', { method: 'POST', token, body: { ...body, version: '3.0' } })
  expect([again.status, await codeOf(again)]).toEqual([409, 'conflict'])
  for (const wrong of [{ service: 'x' }, { ...body, url: 'javascript:alert(1)' }, { ...body, hosts: ['nobody'], key: 'run-2' }])
    expect([400, 404]).toContain((await send('/deploys', { method: 'POST', token, body: wrong })).status)
})
