import { readText } from '../host/read-text.ts'

/** The guards' pids and those of everything they have started, as far as it runs now. */
export async function withDescendants(pids: readonly number[]): Promise<number[]> {
  const all: number[] = []
  for (let level = [...pids]; level.length > 0; ) {
    all.push(...level)
    // All children are of the main thread: none of the guards has others.
    const lists = await Promise.all(level.map((pid) => readText(`/proc/${pid}/task/${pid}/children`)))
    level = lists.flatMap((list) => list.split(' ').filter(Boolean).map(Number))
  }
  return all
}
