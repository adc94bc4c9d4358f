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

/**
 * Lets the kernel believe that memory is short for a moment, by the reserve that it is told to keep: a file made in memory then has to
 * wait for pages of other files to be freed (direct reclaim). Before each round, far more such pages are there than it takes: where
 * there are too few, the kernel kills processes.
 */
export async function runOutOfFreeMemory(machine: RunningMachine): Promise<void> {
  for (let round = 0; round < 5; round++) {
    const { output, status } = await machine.run(
      [
        'set -e',
        `/usr/bin/dd if=/dev/vda of=/dev/null bs=1M skip=${round * 80} count=80 status=none`,
        'before=$(cat /proc/sys/vm/min_free_kbytes)',
        "free=$(sed -n 's/^MemFree: *\\([0-9]*\\) kB/\\1/p' /proc/meminfo)",
        'echo $((free + 4096)) >/proc/sys/vm/min_free_kbytes',
        '/usr/bin/dd if=/dev/zero of=/tmp/short-of-memory bs=1M count=2 status=none',
        'echo $before >/proc/sys/vm/min_free_kbytes',
        'rm /tmp/short-of-memory',
      ].join('; '),
    )
    if (status !== 0) throw new Error(`memory could not be made short: ${output}`)
  }
}
