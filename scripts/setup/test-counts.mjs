// @ts-check
import { existsSync, readFileSync } from 'node:fs'

/** @typedef {{ passed: number, failed: number, skipped: number, flaky?: number }} Counts `flaky`: of the passed ones, at the second try. */

/** @param {string} file @returns {any} null where there is no readable report */
function readReport(file) {
  try {
    return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : null
  } catch {
    return null
  }
}

/** Counts of vitest's JSON report; a file that could not be loaded has no test, and counts as one failed. @param {string} file @returns {Counts | null} */
export function countVitest(file) {
  const report = readReport(file)
  if (!report) return null
  const empty = report.testResults.filter(
    (/** @type {{ status: string, assertionResults: unknown[] }} */ result) =>
      result.status === 'failed' && result.assertionResults.length === 0,
  )
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + empty.length,
    skipped: report.numPendingTests + report.numTodoTests,
  }
}

/** Counts of Playwright's JSON report; a test that passed at its second try counts as passed. @param {string} file @returns {Counts | null} */
export function countPlaywright(file) {
  const report = readReport(file)
  if (!report) return null
  const { expected, unexpected, flaky, skipped } = report.stats
  return { passed: expected + flaky, failed: unexpected, skipped, ...(flaky > 0 ? { flaky } : {}) }
}
