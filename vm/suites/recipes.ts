import { type CollectorId, collectorsOf, RECIPE_LIST, specOfRecipe } from '@sonde/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { RECIPE_RUNS } from '../../packages/tracer/src/recipes/recipe-runs.ts'
import { expectedOf } from '../expected-recipes.ts'
import type { Lab } from '../lab.ts'
import type { MachineId } from '../machines.ts'
import { countersOf, countsOf, eventsOf, latencyOf, profileOf, type Recorded, recordCapture, syscallsOf } from '../record-capture.ts'
import type { TheLab } from './with-lab.ts'

const DURATION_MS = 6_000

/**
 * Runs recipes in a machine that does everything they may be about: those of which docs/RECIPES.md says that they ran in this machine,
 * and with `npm run test:vm -- --all-recipes` all others.
 */
export function recipeTests(theLab: TheLab, machine: MachineId): void {
  const all = process.env.SONDE_VM_RECIPES === 'all'
  const recipes = RECIPE_LIST.filter(({ id }) => all || runsIn(machine, id))

  describe.skipIf(recipes.length === 0)('recipes', () => {
    beforeAll(async () => {
      // Those few bring their own; it takes much of an emulated CPU.
      if (!all) return
      await theLab().machine.run('dmesg -n 3; /usr/bin/python3 /opt/sonde/activity.py >/run/activity.log 2>&1 & echo $! >/run/activity.pid')
    })
    afterAll(async () => {
      if (all) await theLab().machine.run('kill -9 $(cat /run/activity.pid)')
    })

    test.each(recipes.map(({ id }) => id))('recipe %s', async (id) => {
      const { shows, values, during } = expectedOf(machine, id)
      if (runsIn(machine, id)) expect(shows, 'what docs/RECIPES.md says').toBe('results')
      const spec = specOfRecipe(id, { durationMs: DURATION_MS }, values)
      const capture = await recordCapture(theLab(), spec, during && (() => during(theLab().machine)))
      const { state, message } = capture.target
      if (shows === 'refused') {
        expect(['refused', 'failed'], `${state}: ${message}`).toContain(state)
        expect(message).toBeTruthy()
        return
      }
      expect(state, message ?? '').toBe('done')
      if (shows === 'attached') return
      for (const collector of collectorsOf(spec)) {
        expect(await amountOf(theLab(), capture, collector), `the result of ${collector}`).toBeGreaterThan(0)
      }
    })
  })
}

/** The table of recipes says that it ran in this machine. */
function runsIn(machine: MachineId, recipe: string): boolean {
  const run = RECIPE_RUNS[recipe]
  return run?.how === 'vm' && run.machine === machine
}

/** How much a collector's result holds: samples, calls, events, spans, or counted counters. */
async function amountOf(lab: Lab, capture: Recorded, collector: CollectorId): Promise<number> {
  switch (collector) {
    case 'stacks':
      return (await profileOf(lab, capture)).samples.length
    case 'offcpu':
      return (await profileOf(lab, capture, 'offcpu')).samples.length
    case 'syscalls':
      return (await syscallsOf(lab, capture)).rows.length
    case 'counts':
      return (await countsOf(lab, capture)).total.count
    case 'latency':
      return (await latencyOf(lab, capture)).total.count
    case 'events':
      return (await eventsOf(lab, capture)).received
    case 'pmu':
      return (await countersOf(lab, capture)).series.filter(({ value }) => value !== null).length
  }
}
