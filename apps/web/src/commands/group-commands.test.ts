import type { HostCommand } from '@sonde/contract'
import { describe, expect, it } from 'vitest'
import { groupCommands } from './group-commands.ts'

const command = (argv: string[]): HostCommand => ({ collector: 'stacks', tool: 'perf', toolVersion: '6.1', argv, env: {}, program: null })

describe('groupCommands', () => {
  it('puts every host with commands in exactly one group, the largest first', () => {
    const hosts = [
      { hostName: 'a', commands: [command(['perf', 'record'])] },
      { hostName: 'b', commands: [command(['perf', 'record', '-p', '1'])] },
      { hostName: 'c', commands: [command(['perf', 'record', '-p', '1'])] },
      { hostName: 'refused', commands: [] },
    ]
    expect(groupCommands(hosts).map((group) => group.hostNames)).toEqual([['b', 'c'], ['a']])
  })
  it('does not call two commands the same because they look alike', () => {
    const hosts = [
      { hostName: 'a', commands: [command(['perf', 'record -p'])] },
      { hostName: 'b', commands: [command(['perf', 'record', '-p'])] },
      { hostName: 'c', commands: [{ ...command(['perf', 'record', '-p']), toolVersion: '6.5' }] },
    ]
    expect(groupCommands(hosts)).toHaveLength(3)
  })
})
