import { describe, expect, it } from 'vitest'
import { readEnv } from './env.ts'
import { parseLabels } from './labels.ts'

describe('readEnv', () => {
  it('has defaults, and takes empty variables as not given', () => {
    expect(readEnv({ SONDE_JOIN_TOKEN: '', SONDE_LABELS: '', SONDE_STATE_DIR: '' })).toEqual({
      gatewayUrl: 'http://127.0.0.1:4601',
      joinToken: null,
      stateDir: '/var/lib/sonde',
      labels: {},
      hostName: null,
      logLevel: 'info',
      policyFile: null,
      bpfHelper: null,
    })
  })
  it('cuts the slash off the address, so that paths can be put behind it', () => {
    expect(readEnv({ SONDE_GATEWAY_URL: 'https://gw.example.org/sonde//' }).gatewayUrl).toBe('https://gw.example.org/sonde')
  })
  it.each([
    [{ SONDE_GATEWAY_URL: 'ftp://x' }, /^SONDE_GATEWAY_URL must be/],
    [{ SONDE_GATEWAY_URL: 'gateway:4601' }, /^SONDE_GATEWAY_URL must be/],
    [{ SONDE_JOIN_TOKEN: 'short' }, /^SONDE_JOIN_TOKEN is too short/],
    [{ SONDE_STATE_DIR: 'relative/dir' }, /^SONDE_STATE_DIR must be an absolute path/],
    [{ SONDE_BPF_HELPER: 'sonde-bpf' }, /^SONDE_BPF_HELPER must be an absolute path, or none/],
    [{ SONDE_LOG_LEVEL: 'loud' }, /^SONDE_LOG_LEVEL must be/],
  ])('says which variable is wrong: %o', (source, message) => {
    expect(() => readEnv(source)).toThrow(message)
  })
})

describe('parseLabels', () => {
  it('reads pairs, with spaces around and values that hold an equals sign refused', () => {
    expect(parseLabels(' env=prod , role=db,')).toEqual({ env: 'prod', role: 'db' })
    expect(() => parseLabels('a=b=c')).toThrow(/a label value is/)
  })
  it.each([
    ['prod', '"prod" has no "="'],
    ['Env=prod', 'in "Env=prod", a label key is'],
    ['env=', 'in "env=", a label value is'],
    ['env=a b', 'a label value is'],
    ['env=prod,env=dev', '"env" is given twice'],
    ['__proto__=x', 'a label key is'],
    [Array.from({ length: 33 }, (_, i) => `k${i}=v`).join(','), 'at most 32 labels'],
  ])('refuses %j with a sentence', (text, message) => {
    expect(() => parseLabels(text)).toThrow(message)
  })
})
