import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest'
import { type Lab, openLab } from '../lab.ts'
import { leftovers } from '../leftovers.ts'
import type { MachineId } from '../machines.ts'

export type TheLab = () => Lab

/**
 * For the tests of one file: a machine of this kind is there from the first to the last, every test has to leave nothing attached in
 * it, and a failed one shows what the guest has said.
 */
export function withLab(id: MachineId): TheLab {
  let lab: Lab | null = null
  const theLab = () => {
    if (lab === null) throw new Error('the virtual machine is not running')
    return lab
  }
  beforeAll(async () => {
    lab = await openLab(id)
    const { image, times } = lab
    const [boot, enrol] = [times.bootMs, times.enrolMs].map((ms) => `${(ms / 1000).toFixed(1)} s`)
    console.log(`${id}: kernel ${image.kernelVersion} booted in ${boot}, its agent was enrolled ${enrol} later`)
  })
  afterAll(() => lab?.close())
  beforeEach(({ onTestFailed }) => onTestFailed(() => console.error(`the guest's console:\n${theLab().machine.consoleTail()}`)))
  afterEach(async () => expect(await leftovers(theLab().machine), 'what is left in the guest').toEqual([]))
  return theLab
}
