// @ts-check

/** Node versions that Sonde runs on: 20.19 and later. */
export const MINIMUM_NODE = [20, 19]

/** A sentence about why this Node will not do, or null. @param {string} version as in process.versions.node */
export function nodeVersionProblem(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const [needMajor = 0, needMinor = 0] = MINIMUM_NODE
  if (major > needMajor || (major === needMajor && minor >= needMinor)) return null
  return `Sonde needs Node ${needMajor}.${needMinor} or newer; this is ${version}. Install a newer one, then run it again.`
}
