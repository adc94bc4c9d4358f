// @ts-check

/**
 * Keeps this process below a share of one core, so that the demo can run on a small machine: `wait()` returns at once while
 * the share used since the last look is below the limit, and otherwise after the time that brings it back to the limit.
 * @param {number} share 0..1 of one core
 */
export function createCpuBudget(share) {
  let windowStart = performance.now()
  let cpuAtStart = process.cpuUsage()
  return {
    async wait() {
      const wallMs = performance.now() - windowStart
      if (wallMs < 10) return
      const used = process.cpuUsage(cpuAtStart)
      const cpuMs = (used.user + used.system) / 1000
      const restMs = cpuMs / share - wallMs
      if (restMs > 1) await new Promise((resolve) => setTimeout(resolve, Math.min(restMs, 250)))
      windowStart = performance.now()
      cpuAtStart = process.cpuUsage()
    },
  }
}
