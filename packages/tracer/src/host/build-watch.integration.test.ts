import { execFileSync, spawn } from 'node:child_process'
import { copyFileSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { hostBuildsSchema } from '@sonde/contract'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readBuildId } from '../discovery/read-build-id.ts'
import { BuildWatch, serviceOf } from './build-watch.ts'

let folder: string
const ends: (() => Promise<void>)[] = []
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'sonde-builds-'))
})
afterEach(async () => {
  for (const end of ends.splice(0)) await end()
  rmSync(folder, { recursive: true, force: true })
})

/** A program that sleeps, with a build id that its source decides. Returns its file. */
function compile(name: string, answer: number): string {
  const file = path.join(folder, name)
  writeFileSync(
    `${file}.c`,
    `#include <unistd.h>\nint answer(void) { return ${answer}; }\nint main(void) { while (answer()) pause(); return 0; }\n`,
  )
  execFileSync('gcc', ['-O1', '-Wl,--build-id', '-o', file, `${file}.c`])
  return file
}

async function run(file: string): Promise<() => Promise<void>> {
  const child = spawn(file, [], { stdio: 'ignore' })
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  await new Promise((resolve) => child.once('spawn', resolve))
  const end = async () => {
    child.kill('SIGKILL')
    await gone
  }
  ends.push(end)
  return end
}

const builds = (watch: BuildWatch, name: string) => watch.report()?.builds.filter((build) => build.name === name)
const buildIdOf = (file: string) => /Build ID: ([0-9a-f]+)/.exec(execFileSync('readelf', ['-n', file], { encoding: 'utf8' }))?.[1]

describe('the builds that run', () => {
  it('are told by the id in the file, as readelf tells it, also of one that was replaced or deleted meanwhile', async () => {
    const [one, two] = [compile('app-one', 1), compile('app-two', 2)]
    const file = path.join(folder, 'sonde-like-app')
    renameSync(one, path.join(folder, 'payments'))
    const payments = path.join(folder, 'payments')
    const [idOne, idTwo] = [buildIdOf(payments), buildIdOf(two)]
    expect(idOne).toMatch(/^[0-9a-f]{40}$/)
    expect(idTwo).not.toBe(idOne)
    const watch = new BuildWatch()
    const endFirst = await run(payments)
    await run(payments)
    await watch.look()
    // Seen once: it may be one that runs for a moment.
    expect(watch.report()).toBeNull()
    await watch.look()
    expect(builds(watch, 'payments')).toMatchObject([{ path: payments, buildId: idOne, processes: 2 }])
    expect(hostBuildsSchema.safeParse(watch.report()).success).toBe(true)

    // As a package manager does it: another file takes the name, the old one lives on in what runs it.
    copyFileSync(two, file)
    renameSync(file, payments)
    await endFirst()
    await run(payments)
    await watch.look()
    expect(builds(watch, 'payments')).toMatchObject([{ buildId: idOne, processes: 1 }])
    await watch.look()
    expect(
      builds(watch, 'payments')
        ?.map((build) => build.buildId)
        .sort(),
    ).toEqual([idOne, idTwo].sort())
  })

  it('are known within bounds: not itself, and a second look costs no second reading', async () => {
    const watch = new BuildWatch()
    await watch.look()
    await watch.look()
    expect(watch.report()?.builds.length).toBeGreaterThan(0)
    expect(watch.report()?.builds.length).toBeLessThanOrEqual(200)
    const before = process.cpuUsage()
    for (let i = 0; i < 10; i++) await watch.look()
    const { user, system } = process.cpuUsage(before)
    // A generous bound that a reading of every program's file at every look would break by far.
    expect((user + system) / 10_000).toBeLessThan(200)
  })

  it('have no id in what is no program', () => {
    expect(readBuildId(readFileSync(process.execPath).subarray(0, 64 * 1024))).toBe(buildIdOf(process.execPath) ?? null)
    for (const bytes of [Buffer.alloc(0), Buffer.from('#!/bin/sh\n'), Buffer.alloc(70_000, 0xff), Buffer.from('\x7fELF')])
      expect(readBuildId(bytes)).toBeNull()
    // Broken everywhere in its headers, it says nothing and throws nothing.
    const real = readFileSync('/bin/sh').subarray(0, 64 * 1024)
    for (let at = 16; at < 400; at++) {
      const broken = Buffer.from(real)
      broken[at] = (broken[at] ?? 0) ^ 0xff
      expect(() => readBuildId(broken)).not.toThrow()
    }
  })

  it('belong to the innermost service of systemd', () => {
    expect(serviceOf('0::/system.slice/checkout.service\n')).toBe('checkout')
    expect(serviceOf('0::/system.slice/system-app.slice/app@3.service/worker\n')).toBe('app')
    expect(serviceOf('0::/user.slice/user-0.slice/user@0.service/app.slice/x.scope\n')).toBeNull()
    expect(serviceOf('0::/system.slice/docker-0123456789ab.scope\n')).toBeNull()
    expect(serviceOf('')).toBeNull()
  })
})
