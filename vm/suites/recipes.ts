import { type CollectorId, collectorsOf, RECIPE_LIST, specOfRecipe } from '@sonde/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Lab } from '../lab.ts'
import type { MachineId } from '../machines.ts'
import { noteRecipeRuns, recipeRun } from '../recipe-runs.ts'
import { countersOf, countsOf, eventsOf, latencyOf, profileOf, type Recorded, recordCapture, syscallsOf } from '../record-capture.ts'
import type { TheLab } from './with-lab.ts'

const DURATION_MS = 4_000

/**
 * Runs recipes in a machine that does everything they may be about. `special`: those that need what the machine that runs the tests
 * may not have; all others run with `npm run test:vm -- --all-recipes`.
 */
export function recipeTests(theLab: TheLab, machine: MachineId, special: readonly string[]): void {
  const all = process.env.SONDE_VM_RECIPES === 'all'
  const recipes = RECIPE_LIST.filter(({ id }) => all || special.includes(id))
  const ran: Record<string, { ran: boolean; note: string | null }> = {}

  describe.skipIf(recipes.length === 0)('recipes', () => {
    beforeAll(async () => {
      await theLab().machine.run('dmesg -n 3; /usr/bin/python3 /opt/sonde/activity.py >/run/activity.log 2>&1 & echo $! >/run/activity.pid')
    })
    afterAll(async () => {
      await theLab().machine.run('kill -9 $(cat /run/activity.pid)')
      noteRecipeRuns(machine, theLab().image.kernelVersion, ran)
    })

    test.each(recipes.map(({ id }) => id))('recipe %s', async (id) => {
      const { expect: expected, values, why } = recipeRun(machine, id)
      ran[id] = { ran: false, note: 'it failed' }
      const spec = specOfRecipe(id, { durationMs: DURATION_MS }, values)
      const capture = await recordCapture(theLab(), spec)
      const { state, message } = capture.target
      if (expected === 'refused') {
        expect(['refused', 'failed'], `${state}: ${message}`).toContain(state)
        expect(message).toBeTruthy()
      } else {
        expect(state, message ?? '').toBe('done')
        const amounts = await Promise.all(
          collectorsOf(spec).map(async (collector) => [collector, await amountOf(theLab(), capture, collector)]),
        )
        if (expected === 'results')
          expect(
            amounts.filter(([, amount]) => amount === 0),
            'collectors without a result',
          ).toEqual([])
      }
      ran[id] = { ran: expected !== 'refused', note: why ?? null }
    })
  })
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
