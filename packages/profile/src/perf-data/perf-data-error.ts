/** The bytes are not perf data, are cut or broken, or use a part of the format that is not read here. */
export class PerfDataError extends Error {
  override name = 'PerfDataError'
}
