import type { RunningMachine } from './running-machine.ts'

/** What is done in a guest while a capture runs, in known numbers. */

/** dd: copies so many bytes one by one, with as many read and write calls, and a few more to start. Returns its pid. */
export async function copyByteByByte(machine: RunningMachine, bytes: number): Promise<number> {
  return await pidOf(machine, `/usr/bin/dd if=/dev/zero of=/dev/null bs=1 count=${bytes} status=none`)
}

/** mawk: counts in user space, without a system call. Returns its pid. */
export async function burnCpu(machine: RunningMachine, turns: number): Promise<number> {
  return await pidOf(machine, `/usr/bin/mawk 'BEGIN { for (i = 0; i < ${turns}; i++) s += i }'`)
}

async function pidOf(machine: RunningMachine, command: string): Promise<number> {
  const { output, status } = await machine.run(`${command} & echo $!; wait $!`)
  const pid = Number(output.trim())
  if (status !== 0 || !Number.isInteger(pid)) throw new Error(`\`${command}\` ended with ${status}: ${output}`)
  return pid
}

/** cat, once for each: opens the files in this order; they need not exist. */
export async function openFiles(machine: RunningMachine, paths: readonly string[]): Promise<void> {
  await machine.run(paths.map((path) => `/usr/bin/cat ${path}`).join('; '))
}
