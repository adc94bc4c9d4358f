/** What only a short-lived process should hold in memory: catalogues take a few hundred MB while they are built. */
const HEAP_MB = 1_024

/**
 * argv that runs this very program again, with other arguments and a bounded heap: the bundle, or the sources where the agent runs from
 * them.
 */
export function selfCommand(args: readonly string[]): string[] {
  const [node = process.execPath, script] = process.argv
  return [node, `--max-old-space-size=${HEAP_MB}`, ...process.execArgv, ...(script === undefined ? [] : [script]), ...args]
}
