import { describe, expect, it } from 'vitest'
import { ProcessCgroups, parseProcessCgroup } from './process-cgroups.ts'

describe('the cgroup of a process', () => {
  it.each([
    ['v2', '0::/system.slice/nginx.service\n', '/system.slice/nginx.service'],
    ['v2 in the root', '0::/\n', '/'],
    [
      'v1 with a v2 that has no controllers',
      '12:cpu,cpuacct:/docker/0af\n5:memory:/docker/0af\n1:name=systemd:/init.scope\n0::/\n',
      '/docker/0af',
    ],
    ['v1 alone, everything in the root', '5:memory:/\n3:cpu,cpuacct:/\n', '/'],
    ['v1 by systemd', '5:memory:/\n1:name=systemd:/user.slice/a:b\n', '/user.slice/a:b'],
    ['one that was removed', '0::/docker/0af (deleted)\n', '/docker/0af'],
    ['nothing', '', ''],
    ['garbage', 'x:y\n0:\n::\n0::relative\n', ''],
    ['a path of 64 KB', `0::/${'x'.repeat(65_536)}\n`, ''],
  ])('is read from /proc: %s', (_, text, path) => {
    expect(parseProcessCgroup(text)).toBe(path)
  })

  it('is remembered until another process has the pid', () => {
    let now = '/first'
    const asked: number[] = []
    const cgroups = new ProcessCgroups((pid) => {
      asked.push(pid)
      return now
    })
    expect(cgroups.of(7)).toBe('/first')
    now = '/second'
    expect(cgroups.of(7)).toBe('/first')
    cgroups.forked(7, 1)
    expect(cgroups.of(7)).toBe('/second')
    expect(cgroups.of(0)).toBe('')
    expect(cgroups.of(-1)).toBe('')
    expect(asked).toEqual([7, 7])
  })

  it('is looked up again after exec, and that of the parent where a process ended before anyone looked', () => {
    const there = new Map([
      [1, '/service'],
      [2, '/service'],
    ])
    const cgroups = new ProcessCgroups((pid) => there.get(pid) ?? '')
    expect(cgroups.of(1)).toBe('/service')
    cgroups.forked(2, 1)
    expect(cgroups.of(2)).toBe('/service')
    there.set(2, '/docker/0af')
    cgroups.executed(2)
    expect(cgroups.of(2)).toBe('/docker/0af')
    cgroups.forked(3, 2)
    cgroups.forked(4, 3)
    expect([cgroups.of(3), cgroups.of(4), cgroups.of(5)]).toEqual(['/docker/0af', '/docker/0af', ''])
  })

  it('is that of /proc for this process, and none for one that is not there', () => {
    expect(new ProcessCgroups().of(process.pid)).toMatch(/^\//)
    expect(new ProcessCgroups().of(2 ** 30)).toBe('')
  })
})
