import { type RuleInput, ruleInputSchema, specOfRecipe } from '@sonde/contract'
import { describe, expect, it } from 'vitest'
import { draftOfRule, emptyRuleDraft, ruleOf, thresholdOf } from './rule-draft.ts'

const rule = (over: Partial<RuleInput>): RuleInput =>
  ruleInputSchema.parse({
    name: 'Nightly',
    enabled: true,
    trigger: { kind: 'schedule', cron: '0 3 * * *', timeZone: 'Europe/Berlin' },
    spec: specOfRecipe('cpu-and-syscalls', { durationMs: 10_000, filter: { kind: 'process', name: 'postgres' } }),
    hosts: { by: 'search', search: 'service=db env=prod' },
    maxHosts: 7,
    maxPerDay: 3,
    coolDownS: 60,
    ...over,
  })

describe('the form of a rule', () => {
  it.each([
    rule({}),
    rule({ trigger: { kind: 'alert', matchers: [{ label: 'team', op: '!=', value: 'a "b" c' }], narrow: false } }),
    rule({ trigger: { kind: 'threshold', metric: 'run-queue', above: 1.5, clearBelow: 0.5, forS: 30 } }),
    rule({ trigger: { kind: 'deploy', service: 'check*', delayS: 90 }, hosts: { by: 'hosts', hostIds: ['host-1', 'host-2'] } }),
    rule({ spec: specOfRecipe('fsync-latency') }),
  ])('makes the rule again that it was filled in from: %#', (given) => {
    expect(ruleOf(draftOfRule(given, 'UTC'), true)).toEqual({ ok: true, rule: given })
  })

  it('says what is missing, the first thing first', () => {
    const draft = emptyRuleDraft('UTC')
    const problem = (over: Partial<typeof draft>) => {
      const made = ruleOf({ ...draft, ...over }, true)
      return made.ok ? null : `${made.problem.part}: ${made.problem.message}`
    }
    const whole = { search: 'env=prod', name: 'Nightly' }
    expect(problem(whole)).toBeNull()
    expect(problem({})).toBe('hosts: Say which hosts, as in env=prod.')
    expect(problem({ ...whole, hostsBy: 'hosts' })).toBe('hosts: Pick at least one host.')
    expect(problem({ ...whole, name: ' ' })).toBe('name: Give it a name.')
    expect(problem({ ...whole, schedule: { cron: '0 3 * *', timeZone: 'UTC' } })).toContain('trigger: A schedule has five fields')
    expect(problem({ ...whole, kind: 'alert', alert: { matchers: 'critical', narrow: true } })).toContain('trigger: Labels are written')
    expect(problem({ ...whole, kind: 'deploy', deploy: { service: '', delayS: 0 } })).toContain('trigger: A service is')
  })

  it('takes no process by its number: a rule outlives it', () => {
    const draft = emptyRuleDraft('UTC')
    const capture = { ...draft.capture, scope: { ...draft.capture.scope, filter: { kind: 'pid' as const, pid: 42 } } }
    expect(ruleOf({ ...draft, name: 'x', search: 'x', capture }, true)).toMatchObject({ ok: false, problem: { part: 'capture' } })
  })

  it('has thresholds that clear below where they trip', () => {
    for (const metric of ['pressure-cpu', 'pressure-io', 'pressure-memory', 'run-queue', 'iowait'] as const)
      expect(thresholdOf(metric).clearBelow).toBeLessThanOrEqual(thresholdOf(metric).above)
  })
})
