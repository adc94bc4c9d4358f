import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { hostBuildsSchema } from '@sonde/contract'
import { listDeploys } from '@sonde/domain'
import { createWorld, LOAD, type World } from '@sonde/domain/testing'
import type { FastifyInstance } from 'fastify'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createGateway } from './gateway.ts'

// The whole way of a noticed deploy: a program of this machine → what an agent sees → the gateway → Postgres → a proposal.
const PRINT_BUILDS = fileURLToPath(new URL('../../../packages/tracer/src/testing/print-builds.ts', import.meta.url))
const folder = mkdtempSync(path.join(tmpdir(), 'sonde-noticed-'))
const running: (() => Promise<void>)[] = []
let world: World
let gateway: FastifyInstance
beforeAll(async () => {
  world = await createWorld()
  gateway = createGateway({ app: world.app, log: pino({ level: 'silent' }), sweepMs: 60_000 })
  await gateway.ready()
})
afterAll(async () => {
  for (const stop of running) await stop()
  rmSync(folder, { recursive: true, force: true })
  await gateway.close()
  await world.close()
})

function compile(answer: number): string {
  const source = path.join(folder, 'source.c')
  writeFileSync(
    source,
    `#include <unistd.h>\nint answer(void) { return ${answer}; }\nint main(void) { while (answer()) pause(); return 0; }\n`,
  )
  execFileSync('gcc', ['-O1', '-Wl,--build-id', '-o', path.join(folder, 'built'), source])
  return path.join(folder, 'built')
}

async function run(file: string): Promise<() => Promise<void>> {
  const child = spawn(file, [], { stdio: 'ignore' })
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  await new Promise((resolve) => child.once('spawn', resolve))
  const stop = async () => {
    child.kill('SIGKILL')
    await gone
  }
  running.push(stop)
  return stop
}

it('proposes a deploy of a program that was replaced by another build of it, once, and nothing at first sight', async () => {
  const host = await world.host('web-1')
  const viewer = await world.actor('viewer')
  const program = path.join(folder, 'checkout-api')
  const proposals = async () =>
    (await listDeploys(viewer, world.app, { states: ['proposed'] })).items.filter((deploy) => deploy.noticed?.path === program)
  const report = async () => {
    const builds = hostBuildsSchema.parse(
      JSON.parse(execFileSync(process.execPath, ['--import', 'tsx', PRINT_BUILDS], { encoding: 'utf8' })),
    )
    const response = await gateway.inject({
      method: 'POST',
      url: '/agent/v1/heartbeat',
      headers: { authorization: `Bearer ${host.token}` },
      payload: { load: LOAD, builds },
    })
    expect(response.statusCode, response.body).toBe(200)
  }

  renameSync(compile(1), program)
  const stop = await run(program)
  await report()
  expect(await proposals()).toEqual([])

  renameSync(compile(2), program)
  await run(program)
  await report()
  // A rollout under way: the old one still runs.
  expect(await proposals()).toEqual([])
  await stop()
  await report()
  await report()
  const found = await proposals()
  expect(found).toMatchObject([{ service: 'checkout-api', source: 'noticed', createdBy: null, hosts: [{ id: host.id }] }])
  expect(found[0]?.noticed?.buildId).not.toBe(found[0]?.noticed?.previousBuildId)
})
