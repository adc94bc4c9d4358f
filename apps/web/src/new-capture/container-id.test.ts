import { describe, expect, it } from 'vitest'
import { containerIdOf } from './container-id.ts'

const id = '4f5f3a2b9c1d'.padEnd(64, '0')
const other = 'e'.repeat(64)

describe('containerIdOf', () => {
  it.each([
    `/system.slice/docker-${id}.scope`,
    `/docker/${id}`,
    `/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod1b2c.slice/cri-containerd-${id}.scope`,
    `/machine.slice/libpod-${id}.scope/container`,
    `/docker/${other}/docker/${id}`,
  ])('finds it in %s', (cgroup) => {
    expect(containerIdOf(cgroup)).toBe(id)
  })
  it.each([null, '/', '/system.slice/cron.service', `/x/${'a'.repeat(63)}`, `/x/${'a'.repeat(65)}`])('finds none in %s', (cgroup) => {
    expect(containerIdOf(cgroup)).toBeNull()
  })
})
